"""Media reading, faces, scenes, model packs and the indexing pipeline."""
