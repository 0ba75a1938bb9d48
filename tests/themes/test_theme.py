"""Theme files: built-in ones, inheritance, and messages that name file and key."""

from importlib import resources
from pathlib import Path

import pytest

from themes.colour import MIN_CONTRAST, contrast
from themes.load import BUILTIN, load_theme
from themes.theme import Mood, ThemeError


def write_theme(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_builtin_themes_differ_in_everything_a_viewer_notices() -> None:
    themes = [load_theme(name) for name in BUILTIN]

    for part in ("palette", "type", "pace", "transitions", "motion", "grade", "mood"):
        assert len({repr(getattr(theme, part)) for theme in themes}) == len(BUILTIN), part
    assert len({theme.type.title.family for theme in themes}) == len(BUILTIN)


@pytest.mark.parametrize(
    ("name", "photo_s", "seconds", "zoom", "pan"),
    [
        ("chill", (5.0, 6.5), (1.2, 1.6), 0.015, 0.03),
        ("gentle", (4.0, 5.0), (0.8, 1.2), 0.02, 0.04),
        ("uplifting", (2.0, 3.2), (0.25, 0.5), 0.03, 0.06),
    ],
)
def test_builtin_pace_is_the_agreed_one(
    name: str, photo_s: tuple[float, float], seconds: tuple[float, float], zoom: float, pan: float
) -> None:
    theme = load_theme(name)

    assert theme.pace.photo_s == photo_s
    assert theme.transitions.seconds == seconds
    assert (theme.motion.zoom_max_per_s, theme.motion.pan_max_per_s) == (zoom, pan)


def test_builtin_ink_is_legible_on_its_ground() -> None:
    palettes = [load_theme(name).palette for name in BUILTIN]

    assert all(contrast(palette.ink, palette.ground) >= MIN_CONTRAST for palette in palettes)


def test_user_theme_changes_only_what_it_names(tmp_path: Path) -> None:
    path = write_theme(tmp_path, 'extends = "chill"\n[grade]\nsaturation = 0.0\n')

    theme = load_theme(path)

    chill = load_theme("chill")
    assert theme.name == "chill"
    assert theme.grade.saturation == 0.0
    assert theme.grade.contrast == chill.grade.contrast
    assert theme.pace == chill.pace


def test_user_theme_replaces_weights_as_a_whole(tmp_path: Path) -> None:
    path = write_theme(tmp_path, 'extends = "chill"\n[transitions.weights]\ncut = 1.0\n')

    assert load_theme(str(path)).transitions.weights == {"cut": 1.0}


def test_user_theme_may_name_effects(tmp_path: Path) -> None:
    path = write_theme(
        tmp_path, 'extends = "gentle"\nname = "noir"\n[[effects]]\nname = "BlackAndWhite"\n'
    )

    theme = load_theme(path)

    assert (theme.name, theme.mood) == ("noir", Mood.GENTLE)
    assert theme.effects[0].name == "BlackAndWhite"
    assert theme.effects[0].params == {}


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("[pace]\nphoto_S = [1.0, 2.0]", r"mine\.toml: pace\.photo_S: there is no", "photo_s"),
        ("[pace]\nphoto_s = [3.0, 2.0]", r"pace\.photo_s: \[3\.0, 2\.0\] is not a span", "correct"),
        ("[pace]\nphoto_s = [nan, 2.0]", r"pace\.photo_s", "correct"),
        ("[pace]\nphoto_s = [0, 0]", r"pace\.photo_s: .*0\.5 to 30", "correct"),
        ("[pace]\nphoto_s = [1, inf]", r"pace\.photo_s", "correct"),
        ("[pace]\nbeats_per_photo = [0]", r"pace\.beats_per_photo\.0", "correct"),
        ("[pace]\nbeats_per_photo = [-4]", r"pace\.beats_per_photo\.0", "correct"),
        ("[transitions.weights]\ncut = inf", r"transitions\.weights\.cut", "correct"),
        ("[transitions]\nseconds = [0, 900]", r"transitions\.seconds: .*0 to 3", "correct"),
        ('[type.title]\nweight = "300"', r"type\.title\.weight", "correct"),
        ("[motion]\npan_max_per_s = 0.5", r"motion\.pan_max_per_s", "correct"),
        ('[palette]\naccent = "red"', r"palette\.accent: 'red' is not a colour", "correct"),
        ('[palette]\nink = "#16242c"', r"palette\.ink: contrast 1\.0", "lighter or a darker"),
        ('[palette]\nlight = "#333333"', r"palette\.light: contrast", "lighter or a darker"),
        ("[transitions.weights]\ndisolve = 1.0", r"weights\.disolve: .* is not one of", "correct"),
        ("[transitions.weights]\ncut = 0.0", r"weights: at least one", "correct"),
        ('[transitions.into]\nday = "fade"', r"into\.day: 'fade' is not one of", "correct"),
        ('[transitions.into]\nweek = "cut"', r"into\.week: there is no such key", "remove it"),
        ('[transitions]\nchapter = "push"', r"transitions\.chapter: ", "day, place and year into"),
        ('[[effects]]\nname = "NoSuchEffect"', r"effects\.0: .*NoSuchEffect", "correct"),
        (
            '[[effects]]\nname = "MirrorX"\nparams = {a = 3}',
            r"effects\.0: MirrorX has no 'a'",
            "0 in",
        ),
    ],
)
def test_unusable_value_is_refused_by_file_and_key(
    tmp_path: Path, text: str, message: str, remedy: str
) -> None:
    path = write_theme(tmp_path, f'extends = "chill"\n{text}\n')

    with pytest.raises(ThemeError, match=message) as caught:
        load_theme(path)

    assert str(path) in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('extends = "loud"', r"extends: 'loud' is not a built-in theme"),
        ('name = "bare"', r"mood is missing"),
        ("[pace", r"not valid TOML"),
    ],
)
def test_file_that_is_no_theme_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ThemeError, match=message) as caught:
        load_theme(write_theme(tmp_path, text))

    assert caught.value.remedy


def test_mistyped_key_is_named_before_the_one_that_is_then_missing(tmp_path: Path) -> None:
    whole = (resources.files("themes") / "builtin" / "chill.toml").read_text(encoding="utf-8")
    path = write_theme(tmp_path, whole.replace("photo_s", "foto_s"))

    with pytest.raises(ThemeError, match=r"pace\.foto_s: there is no such key") as caught:
        load_theme(path)

    assert caught.value.remedy == "did you mean 'photo_s'?"


def test_missing_theme_tells_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match="no theme 'loud'") as caught:
        load_theme("loud")
    with pytest.raises(ThemeError, match="cannot be read"):
        load_theme(tmp_path / "absent.toml")

    assert "uplifting" in caught.value.remedy


def test_contrast_of_the_standards_grey_is_four_and_a_half() -> None:
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)
