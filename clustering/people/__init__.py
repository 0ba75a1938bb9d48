"""Who is who: faces to people."""
