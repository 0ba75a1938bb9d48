import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustering.city_names import CITY_NAMES, LANGUAGES, city_name
from clustering.places import Place, load_gazetteer, name_places

SPOTS = {
    "Eiffel Tower": (48.8584, 2.2945, "Paris", "FR"),
    "Versailles": (48.8049, 2.1204, "Versailles", "FR"),
    "Yosemite Valley": (37.7456, -119.5936, "Yosemite Valley", "US"),
    "Oia on Santorini": (36.4618, 25.3753, "Oía", "GR"),
    "highway in Kansas": (38.9, -100.6, "Gove", "US"),
    "Times Square": (40.758, -73.9855, "New York", "US"),
    "Golden Gate Bridge": (37.8199, -122.4783, "San Francisco", "US"),
    "Sausalito": (37.8591, -122.4853, "Sausalito", "US"),
    "Oakland": (37.8044, -122.2712, "Oakland", "US"),
    "Las Vegas Strip": (36.1147, -115.1728, "Las Vegas", "US"),
    "Hollywood sign": (34.1341, -118.3215, "Los Angeles", "US"),
    "Santa Monica": (34.0094, -118.4973, "Santa Monica", "US"),
    "Grand Canyon, South Rim": (36.0544, -112.1401, "Grand Canyon", "US"),
    "Marienplatz": (48.1374, 11.5755, "Munich", "DE"),
    "Neuschwanstein": (47.5576, 10.7498, "Schwangau", "DE"),
    "Leipzig station": (51.3455, 12.3819, "Leipzig", "DE"),
    "Shibuya": (35.6595, 139.7005, "Tokyo", "JP"),
    "Fushimi Inari": (34.9671, 135.7727, "Kyoto", "JP"),
    "Uluru": (-25.3444, 131.0369, "Yulara", "AU"),
    "Bondi Beach": (-33.8908, 151.2743, "Sydney", "AU"),
    "Colosseum": (41.8902, 12.4922, "Rome", "IT"),
    "Vernazza": (44.135, 9.684, "Vernazza", "IT"),
    "Tower Bridge": (51.5055, -0.0754, "London", "GB"),
    "Sagrada Família": (41.4036, 2.1744, "Barcelona", "ES"),
    "Copacabana": (-22.9711, -43.1822, "Rio de Janeiro", "BR"),
    "Table Mountain": (-33.9628, 18.4098, "Cape Town", "ZA"),
    "Taj Mahal": (27.1751, 78.0421, "Agra", "IN"),
    "pyramids": (29.9792, 31.1342, "Giza", "EG"),
    "Victoria Peak": (22.2759, 114.1455, "Hong Kong", "HK"),
    "Marina Bay": (1.2834, 103.8607, "Singapore", "SG"),
    "Intramuros": (14.59, 120.974, "Manila", "PH"),
    "Üsküdar": (41.0256, 29.0155, "Istanbul", "TR"),
    "Tromsø": (69.6492, 18.9553, "Tromsø", "NO"),
}
NOWHERE = {
    "middle of the Atlantic": (30.0, -40.0),
    "0, 0 off Ghana": (0.0, 0.0),
    "Sahara": (23.5, 5.0),
    "North Sea": (55.5, 3.5),
    "North Pole": (90.0, 0.0),
    "South Pole": (-90.0, 180.0),
}


def named(latitude: float, longitude: float, language: str = "en") -> Place | None:
    return name_places(np.array([[latitude, longitude]]), language=language)[0]


@pytest.mark.parametrize("spot", SPOTS.values(), ids=list(SPOTS))
def test_spot_is_called_what_a_person_would_say(spot: tuple[float, float, str, str]) -> None:
    latitude, longitude, city, country_code = spot

    place = named(latitude, longitude)

    assert place is not None
    assert (place.city, place.country_code) == (city, country_code)


@pytest.mark.parametrize("spot", NOWHERE.values(), ids=list(NOWHERE))
def test_sea_and_desert_have_no_town(spot: tuple[float, float]) -> None:
    assert named(*spot) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "city", "country"),
    [
        (43.0896, -79.0849, "Niagara Falls", "Canada"),
        (43.0828, -79.0742, "Niagara Falls", "United States"),
        (47.595, 7.62, "Weil am Rhein", "Germany"),
        (47.5476, 7.5896, "Basel", "Switzerland"),
        (48.573, 7.815, "Kehl", "Germany"),
        (46.194, 6.237, "Annemasse", "France"),
        (41.9022, 12.4539, "Vatican City", "Vatican City"),
    ],
)
def test_border_is_not_crossed(latitude: float, longitude: float, city: str, country: str) -> None:
    place = named(latitude, longitude)

    assert place is not None
    assert (place.city, place.country) == (city, country)


@pytest.mark.parametrize(
    ("language", "city", "country"),
    [
        ("en", "Munich", "Germany"),
        ("de", "München", "Deutschland"),
        ("fr", "Munich", "Allemagne"),
        ("es", "Múnich", "Alemania"),
        ("it", "Monaco di Baviera", "Germania"),
        ("pt", "Munique", "Alemanha"),
        ("nl", "München", "Duitsland"),
    ],
)
def test_names_are_in_the_users_language(language: str, city: str, country: str) -> None:
    place = named(48.1374, 11.5755, language)

    assert place is not None
    assert (place.city, place.region, place.country) == (city, "Bavaria", country)


def test_many_points_keep_their_order() -> None:
    points = np.array([spot[:2] for spot in SPOTS.values()] * 50)

    places = name_places(points, language="en")

    assert [p.city for p in places if p] == [spot[2] for spot in SPOTS.values()] * 50


def test_no_points_have_no_places() -> None:
    assert name_places(np.empty((0, 2)), language="en") == ()


def test_every_city_with_names_is_in_the_gazetteer() -> None:
    towns = load_gazetteer()
    known = set(zip(towns.country_codes.tolist(), towns.names, strict=True))

    assert set(CITY_NAMES) <= known
    assert {len(names) for names in CITY_NAMES.values()} == {len(LANGUAGES)}


def test_unknown_city_or_language_keeps_its_name() -> None:
    assert city_name("Oía", "GR", "de") == "Oía"
    assert city_name("Munich", "DE", "sv") == "Munich"


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_on_earth_can_be_asked_for(latitude: float, longitude: float) -> None:
    place = named(latitude, longitude)

    assert place is None or len(place.country_code) == 2
