"""What planning and rendering must agree on."""

SAFE_SHARE = 0.05
"""Title-safe margin on each side of the frame (EBU R 95, graphics): no words, no main face."""

REST_S = 0.3
"""A picture holds still for so long while it fades in (Ente's player waits as long, too)."""

PEAK_OVER_MEAN = 1.5
"""Speed of a move at its fastest moment, as a smoothstep eases it."""

OPENING_TEXT_S = 0.35
"""Words on the first shot wait until the movie has faded in halfway."""
