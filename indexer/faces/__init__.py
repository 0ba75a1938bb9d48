"""Faces in a picture: finding, aligning, embedding."""
