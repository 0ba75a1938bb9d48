"""The one SQLite file: schema, migrations, a file per group of tables."""
