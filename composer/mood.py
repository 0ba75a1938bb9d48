"""Which theme fits a memory, where a person did not say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer.atmosphere import Atmosphere
from composer.library import ViewItem

CHILL, GENTLE, UPLIFTING = "chill", "gentle", "uplifting"

_WORDS: Mapping[str, frozenset[str]] = {
    CHILL: frozenset(
        {"beach", "sea", "lake", "mountain", "snow", "boat", "cat", "bird", "lighthouse", "camping"}
        | {"garden", "coffee", "underwater", "farm", "forest", "sunset", "river", "waterfall"}
        | {"ruins", "butterfly", "fish", "train"}
    ),
    GENTLE: frozenset(
        {"baby", "wedding", "flower", "living room", "bedroom", "kitchen", "book", "church"}
        | {"christmas", "toys", "rabbit", "restaurant", "candle", "castle", "horse"}
    ),
    UPLIFTING: frozenset(
        {"balloon", "stage", "music", "sport", "swimming", "playground", "fairground", "bicycle"}
        | {"city", "street", "dog", "motorcycle", "ice cream", "drink", "halloween", "fireworks"}
        | {"airplane", "fruit", "party"}
    ),
}
"""Words of the labellers that speak for a theme."""

_KINDS: Mapping[str, Mapping[str, float]] = {
    "on_this_day": {GENTLE: 0.30, CHILL: 0.20},
    "this_week": {GENTLE: 0.20, CHILL: 0.20, UPLIFTING: 0.10},
    "trip": {UPLIFTING: 0.30, CHILL: 0.30},
    "outing": {UPLIFTING: 0.30, CHILL: 0.20},
    "person": {GENTLE: 0.45},
    "together": {GENTLE: 0.40, UPLIFTING: 0.15},
    "best_of_month": {UPLIFTING: 0.25, CHILL: 0.25},
    "best_of_year": {UPLIFTING: 0.45},
    "season": {CHILL: 0.30, UPLIFTING: 0.15},
    "holiday": {GENTLE: 0.30, UPLIFTING: 0.15},
    "birthday": {UPLIFTING: 0.40, GENTLE: 0.15},
}

STILL = Atmosphere()
"""Of photographs without an hour."""

LOUD_LUFS, QUIET_LUFS = -24.0, -38.0
"""Clips of a party or of children at play are louder; those of woods and water are quieter."""

_CROWD_FACES = 4
_LAST_THEME = 0.25
"""What it costs to be the theme of the last movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """A theme and why."""

    theme: str
    reason: str
    """Empty where a person named the theme."""


def choose_theme(
    kind: str,
    items: Sequence[ViewItem],
    *,
    solemn: bool,
    last_theme: str | None,
    costs: Mapping[str, float] | None = None,
    atmosphere: Atmosphere = STILL,
) -> Mood:
    """Choose a built-in theme by the kind of memory, what is seen, and who.

    Parameters
    ----------
    kind : str
        The kind of memory.
    items : sequence of ViewItem
        Its items, at least one.
    solemn : bool
        True where it touches somebody who died or is gone, or a sad event: never lively.
    last_theme : str or None
        Of the movie before, which is avoided where little speaks for it.
    costs : mapping, optional
        What each theme loses by the movies that a person vetoed.
    atmosphere : Atmosphere
        What moves, shines and sounds.
    """
    if solemn:
        return Mood(theme=GENTLE, reason="it touches a loss")
    scores = {theme: _KINDS.get(kind, {}).get(theme, 0.0) for theme in _WORDS}
    for theme, words in _WORDS.items():
        scores[theme] += sum(bool(item.words & words) for item in items) / len(items)
    crowds = sum(len(item.faces) >= _CROWD_FACES for item in items) / len(items)
    portraits = sum(1 <= len(item.faces) <= 2 for item in items) / len(items)
    scores[UPLIFTING] += 0.3 * crowds
    scores[GENTLE] += 0.2 * portraits
    scores[CHILL] += 0.2 * sum(not item.faces for item in items) / len(items)
    for theme, worth in _of_atmosphere(atmosphere).items():
        scores[theme] += worth
    if last_theme in scores:
        scores[last_theme] -= _LAST_THEME
    for theme, cost in (costs or {}).items():
        if theme in scores:
            scores[theme] -= cost
    best = max(sorted(scores), key=lambda theme: scores[theme])
    told = ", ".join(f"{theme} {scores[theme]:.2f}" for theme in sorted(scores))
    return Mood(theme=best, reason=f"chosen by kind, scenes, people, hours and sound ({told})")


def _of_atmosphere(atmosphere: Atmosphere) -> Mapping[str, float]:
    """What movement, evening light and loud or quiet clips speak for."""
    lufs = atmosphere.loudness_lufs
    return {
        UPLIFTING: 0.3 * atmosphere.motion + 0.15 * (lufs is not None and lufs > LOUD_LUFS),
        CHILL: 0.15 * atmosphere.evening + 0.15 * (lufs is not None and lufs < QUIET_LUFS),
    }
