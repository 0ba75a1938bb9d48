"""Frames, sound and files of a movie."""
