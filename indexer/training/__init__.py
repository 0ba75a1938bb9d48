"""Teach the built-in networks: picture sets, teachers, students, and what becomes of them.

Only this package uses the extra ``train``, and only ``memoriesd models train`` imports what needs
it. Evaluating packs and learning own words read pictures by its ``sets``, which needs no extra.
"""
