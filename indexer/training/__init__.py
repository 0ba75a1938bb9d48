"""Teach the built-in networks: picture sets, teachers, students, and what becomes of them.

Only this package uses the extra ``train``; nothing else of the product imports it but the command
``memoriesd models train``.
"""
