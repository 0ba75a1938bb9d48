"""Doctests are looked for in all modules; those that need the extra ``train`` only where it is."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["indexer/training/*"]
