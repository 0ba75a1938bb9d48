"""When, where and by what a file was taken, one file per source."""
