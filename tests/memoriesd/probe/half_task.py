"""A job whose process dies while it writes a message."""

import os

if __name__ == "__main__":
    os.write(1, b'{"done": {"half')
    os.abort()
