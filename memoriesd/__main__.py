"""The command line, as ``python -m memoriesd``."""

from memoriesd.cli.main import main

if __name__ == "__main__":
    main()
