"""Scores, arrangement, instruments, beats, loudness."""
