"""Which memories there are: one file per kind."""
