"""How good a pack is: detection, verification, scenes and speed on labelled picture sets."""
