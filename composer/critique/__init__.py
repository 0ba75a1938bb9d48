"""What a finished movie is like: measured on its file, and shown on a sheet."""
