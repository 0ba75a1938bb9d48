"""Settings that all tests share."""

from hypothesis import settings

# Machines are shared: how long one example takes says nothing about the code.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
