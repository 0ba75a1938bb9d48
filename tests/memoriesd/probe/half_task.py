"""A job whose process dies while it writes a message."""

import os

os.write(1, b'{"done": {"half')
os.abort()
