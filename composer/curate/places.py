"""How a set of items calls the place where it was taken."""

from collections import Counter
from collections.abc import Sequence

from composer.curate.wording import Wording
from composer.library import ViewItem

MAIN_SHARE = 0.5
"""More than half of the items in one town, and the memory is called after it, as at Ente."""

SECOND_SHARE = 0.3
BOTH_SHARE = 0.75
"""Two towns share the name where each has so much, and both have nearly everything: suburbs that a
map of place names strews over a city do not."""


def place_name(items: Sequence[ViewItem], wording: Wording) -> str:
    """A town, two towns, a country, or nothing where no place is known.

    A trip through many towns is called after its region or country; two towns share the name
    where each has a good part of the pictures.
    """
    places = [item.place for item in items if item.place is not None and item.place.name]
    if not places:
        return ""
    towns = Counter(place.name for place in places)
    shares = [(name, count / len(places)) for name, count in _ranked(towns)]
    if shares[0][1] > MAIN_SHARE:
        return shares[0][0]
    both = sum(share for _, share in shares[:2])
    if len(shares) > 1 and shares[1][1] >= SECOND_SHARE and both >= BOTH_SHARE:
        return wording.listed([shares[0][0], shares[1][0]])
    regions = Counter(place.region for place in places if place.region)
    if regions and _ranked(regions)[0][1] > MAIN_SHARE * len(places):
        return _ranked(regions)[0][0]
    codes = _ranked(Counter(place.country_code for place in places))
    return wording.country(codes[0][0]) or shares[0][0]


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
