"""Direction: from a memory to shots on a timeline."""
