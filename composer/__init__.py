"""Curation, direction and rendering of movies."""
