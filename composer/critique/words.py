"""Whether what is said in a movie's clips is heard to its end, listened for in their files."""

from collections.abc import Iterator
from pathlib import Path

from composer.critique.findings import Check, Finding
from composer.render.timeline import Span, spans
from composer.speech import LISTENING_HZ, PAUSE_S, dips_in, speech_in
from composer.storyboard.model import Shot, Storyboard
from music.audio import read_audio
from music.errors import MusicError

_BESIDE_S = 2.0
"""Around an end so much is listened to."""
_NEAR_DIP_S = 0.05
"""As long as the sounds of two words hardly touch."""


def word_findings(board: Storyboard) -> Iterator[Finding]:
    """Clips whose sound begins or ends in the middle of speech, leads and trails included."""
    for n, (shot, span) in enumerate(zip(board.shots, spans(board), strict=True)):
        for told in _cut(shot, span, board.fps):
            yield Finding(check=Check.SPEECH, shot=n, told=told)


def _cut(shot: Shot, span: Span, fps: int) -> Iterator[str]:
    clip = next((panel for panel in shot.panels if panel.is_video), None)
    if clip is None or shot.sound_gain_db is None:
        return
    seen_s = clip.clip_start_s or 0.0
    begins_s = max(0.0, seen_s - shot.sound_lead_s)
    ends_s = seen_s + span.n_visible / fps + shot.sound_trail_s
    for at_s, what in ((begins_s, "begins"), (ends_s, "ends")):
        if _speaks_at(Path(clip.path), at_s):
            yield f"its sound {what} in the middle of speech"


def _speaks_at(path: Path, at_s: float) -> bool:
    """Whether somebody is in a word at a moment of a file, and not only just begins or ends."""
    first_s = max(0.0, at_s - _BESIDE_S)
    length_s = at_s + _BESIDE_S - first_s
    try:
        samples = read_audio(path, start_s=first_s, duration_s=length_s, rate_hz=LISTENING_HZ)
    except MusicError:  # a clip without sound
        return False
    at_s -= first_s
    if any(abs(dip_s - at_s) <= _NEAR_DIP_S for dip_s in dips_in(samples)):
        return False
    return any(a + PAUSE_S < at_s < b - PAUSE_S for a, b in speech_in(samples))
