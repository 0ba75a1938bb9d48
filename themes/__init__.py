"""Theme files: palette, type, pace, transitions, motion, grade, mood."""
