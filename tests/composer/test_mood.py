"""Which theme fits."""

from collections.abc import Callable
from typing import Any

from composer.atmosphere import Atmosphere, atmosphere_of
from composer.mood import choose_theme

Factory = Callable[..., Any]


def _theme(kind: str, items: list[Any], **values: Any) -> str:
    return choose_theme(kind, items, **{"solemn": False, "last_theme": None, **values}).theme


def test_the_sea_is_chill_a_crowd_is_uplifting_and_a_baby_is_gentle(make_item: Factory) -> None:
    sea = [make_item(n, labels=(("sea", 0.9),)) for n in range(6)]
    crowd = [make_item(n, people=[1, 2, 3, 4, 5]) for n in range(6)]
    baby = [make_item(n, people=[1], labels=(("baby", 0.9),)) for n in range(6)]

    themes = [_theme("trip", sea), _theme("outing", crowd), _theme("person", baby)]

    assert themes == ["chill", "uplifting", "gentle"]


def test_nothing_sad_is_uplifting(make_item: Factory) -> None:
    crowd = [make_item(n, people=[1, 2, 3, 4, 5]) for n in range(6)]

    assert _theme("outing", crowd, solemn=True) == "gentle"


def test_the_theme_of_the_last_movie_gives_way_to_one_that_fits_as_well(
    make_item: Factory,
) -> None:
    items = [make_item(n) for n in range(6)]

    first = _theme("this_week", items)

    assert _theme("this_week", items, last_theme=first) != first


def test_loud_clips_speak_for_uplifting_and_quiet_evenings_for_chill(make_item: Factory) -> None:
    items = [make_item(n, people=[1]) for n in range(6)]
    loud = Atmosphere(motion=0.5, loudness_lufs=-18.0)
    quiet = Atmosphere(evening=1.0, loudness_lufs=-45.0)

    themes = [_theme("trip", items, atmosphere=one) for one in (loud, quiet)]

    assert themes == ["uplifting", "chill"]


def test_clips_without_sound_are_not_loud(make_item: Factory) -> None:
    clip = make_item(1, is_video=True, duration_s=3.0, path="/not/there.mp4")

    assert atmosphere_of([clip, make_item(2)]) == Atmosphere(motion=0.5)
