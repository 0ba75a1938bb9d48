"""What belongs together in time and place."""
