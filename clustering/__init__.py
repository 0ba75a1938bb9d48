"""People, events, clocks, home and trips, place names."""
