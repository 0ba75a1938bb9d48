"""How a set of items calls the place where it was taken."""

from collections import Counter
from collections.abc import Sequence

from composer.curate.wording import Wording
from composer.library import ViewItem

MAIN_SHARE = 2 / 3
"""A memory is called after the place where so much of it was taken. Ente asks for half, which calls
a month in three countries after one of them."""

SECOND_SHARE = 0.3
BOTH_SHARE = 0.8
"""Two places share the name where each has so much, and both have nearly everything: suburbs that a
map of place names strews over a city do not."""


def place_name(items: Sequence[ViewItem], wording: Wording) -> str:
    """A town, a region or a country, or two of them; nothing where none is true of nearly all.

    Items without a place say nothing about it.
    """
    places = [item.place for item in items if item.place is not None and item.place.name]
    towns = [place.name for place in places]
    regions = [place.region for place in places]
    countries = [wording.country(place.country_code) or place.country for place in places]
    return _shared(towns, wording) or _main(regions) or _shared(countries, wording)


def _shared(names: Sequence[str], wording: Wording) -> str:
    """The name that nearly all have, or the two that they share."""
    two = _ranked(names)[:2]
    is_both = len(two) > 1 and two[1][1] >= SECOND_SHARE and two[0][1] + two[1][1] >= BOTH_SHARE
    return _main(names) or (wording.listed([name for name, _ in two]) if is_both else "")


def _main(names: Sequence[str]) -> str:
    return next((name for name, share in _ranked(names)[:1] if share >= MAIN_SHARE), "")


def _ranked(names: Sequence[str]) -> list[tuple[str, float]]:
    counts = Counter(name for name in names if name)
    shares = [(name, count / len(names)) for name, count in counts.items()]
    return sorted(shares, key=lambda pair: (-pair[1], pair[0]))
