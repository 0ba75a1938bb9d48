"""The sound of a movie in memory."""

from collections.abc import Iterable

import numpy as np

from composer.render.mix import ClipSound, mix_into
from music.track import Stereo


def mixed_sound(music: Stereo, clips: Iterable[ClipSound], *, n_samples: int) -> Stereo:
    """Mix and master as many samples as asked."""
    raw, out = np.zeros((n_samples, 2), np.float32), np.zeros((n_samples, 2), np.float32)
    mix_into(music, clips, raw, out)
    return out
