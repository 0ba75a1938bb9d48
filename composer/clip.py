"""The frames of a movie as a moviepy clip, for people who go on from there in their own scripts."""

import numpy as np
from moviepy import AudioArrayClip, VideoClip

from composer.movies import movie_sound
from composer.render.frames import Frames
from composer.render.planes import Rgb8, to_rgb
from composer.render.sources import files
from composer.storyboard.model import Storyboard
from music.track import RATE_HZ
from themes.theme import Theme


def movie_clip(storyboard: Storyboard, theme: Theme) -> VideoClip:
    """Give a storyboard as a moviepy clip with sound.

    Frames are composed when they are asked for. Files of the one or two shots last seen stay open
    until the clip is let go; ``clip.close()`` does not close them.

    Examples
    --------
    ::

        clip = movie_clip(storyboard, load_theme("gentle"))
        clip.with_effects([vfx.BlackAndWhite()]).write_videofile("mine.mp4", fps=storyboard.fps)
    """
    frames = Frames(storyboard, theme, files())
    last = storyboard.n_frames - 1

    def frame_function(time_s: float) -> Rgb8:
        # A little more than the time: moviepy asks for n / fps, which may lie just below n.
        return to_rgb(frames.frame(min(last, int(np.floor(time_s * storyboard.fps + 1e-6)))))

    sound = AudioArrayClip(movie_sound(storyboard), fps=RATE_HZ)
    clip = VideoClip(frame_function, duration=storyboard.duration_s)
    return clip.with_fps(storyboard.fps).with_audio(sound)
