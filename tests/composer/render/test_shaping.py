"""Words of any script as masks of coverage."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from composer.render import fonts
from composer.render.fonts import fonts_for, is_installed, uncovered
from composer.render.shaping import drawn_line
from themes.load import BUILTIN, load_theme
from themes.theme import Face

SIDE_PX = 720
CHILL = load_theme("chill").type.caption


def make_face(**changes: object) -> Face:
    values: dict[str, object] = {
        "family": "Inter",
        "weight": 500,
        "italic": False,
        "size": 0.06,
        "tracking_em": 0.0,
        "uppercase": False,
    }
    return Face(**(values | changes))  # type: ignore[arg-type]  # a factory of one's own


def test_fonts_of_the_built_in_themes_are_installed() -> None:
    faces = [
        face
        for name in BUILTIN
        for kind in [load_theme(name).type]
        for face in (kind.title, kind.subtitle, kind.caption)
    ]

    assert all(is_installed(face.family) for face in faces)
    assert all(face.family.replace(" ", "") in fonts_for(face, "a")[0].path.name for face in faces)


@pytest.mark.parametrize("text", ["Sommer", "Größe", "Αθήνα", "Привет", "Việt Nam", "Łódź"])
def test_european_scripts_are_covered(text: str) -> None:
    for name in BUILTIN:
        assert uncovered(load_theme(name).type.title, text) == ()
    assert drawn_line(text, CHILL, SIDE_PX).mask.max() > 200


def test_heavier_weight_has_more_ink() -> None:
    light, heavy = (
        drawn_line("Sommer", make_face(weight=weight), SIDE_PX) for weight in (200, 800)
    )

    assert heavy.mask.mean() > 1.3 * light.mask.mean()


def test_tracking_sets_letters_apart_and_capitals_are_capitals() -> None:
    plain = drawn_line("summer", make_face(), SIDE_PX)
    apart = drawn_line("summer", make_face(tracking_em=0.2), SIDE_PX)
    upper = drawn_line("summer", make_face(uppercase=True), SIDE_PX)

    assert apart.advance_px == pytest.approx(plain.advance_px + 6 * 0.2 * 0.06 * SIDE_PX)
    np.testing.assert_array_equal(upper.mask, drawn_line("SUMMER", make_face(), SIDE_PX).mask)


def test_size_follows_the_frame() -> None:
    small = drawn_line("Reise", make_face(), 360)
    large = drawn_line("Reise", make_face(), 1440)

    assert large.advance_px == pytest.approx(4 * small.advance_px, rel=0.01)


def test_uncovered_characters_are_left_out_without_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(fonts, "FONT_MODULES", ())

    with_emoji = drawn_line("Beach 🏖\ufe0f 👩\u200d👧 day 日", make_face(), SIDE_PX)

    np.testing.assert_array_equal(
        with_emoji.mask, drawn_line("Beach day", make_face(), SIDE_PX).mask
    )


def test_doctor_learns_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(fonts, "FONT_MODULES", ())

    missing = uncovered(make_face(), "日本 नमस्ते a\u200db")

    assert missing[0] == "日"
    assert not set(missing) & set("a b\u200d")


def test_only_uncovered_words_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(fonts, "FONT_MODULES", ())

    line = drawn_line("日本", make_face(), SIDE_PX)

    assert line.mask.size == 1
    assert line.mask.max() == 0


def test_right_to_left_words_come_in_visual_order() -> None:
    mixed = drawn_line("שלום abc", make_face(), SIDE_PX)
    latin = drawn_line("abc", make_face(), SIDE_PX)

    # The paragraph runs to the left, so the Latin word stands at its left end.
    part = mixed.mask[-latin.mask.shape[0] :, : latin.mask.shape[1]]
    overlap = np.minimum(part, latin.mask).sum() / latin.mask.sum()
    assert overlap > 0.95


def test_joining_script_is_shaped() -> None:
    joined = drawn_line("سلام", make_face(tracking_em=0.2), SIDE_PX)
    alone = sum(drawn_line(letter, make_face(), SIDE_PX).advance_px for letter in "سلام")

    assert joined.advance_px < 0.9 * alone


def test_damaged_or_bitmap_fonts_of_the_system_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", (tmp_path,))
    monkeypatch.setattr(fonts, "FONT_MODULES", ())

    assert uncovered(make_face(), "a日") == ("日",)


@pytest.fixture
def noto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only fonts that come as packages."""
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())


@pytest.mark.usefixtures("noto")
@pytest.mark.parametrize(
    "text",
    [
        "🏖\ufe0f",
        "שלום",
        "سلام",
        "नमस्ते",
        "বাংলা",
        "ไทย",
        "தமிழ்",
        "Հայ",
        "ქართ",
        "አዲስ",
        "ಕನ್ನಡ",
        "日本",
        "ひらカタ",
        "서울",
        "廣東",
    ],
)
def test_every_script_and_emoji_are_covered_by_packages(text: str) -> None:
    assert uncovered(make_face(), text) == ()
    assert drawn_line(text, CHILL, SIDE_PX).mask.max() > 200


@pytest.mark.usefixtures("noto")
@pytest.mark.parametrize(
    "emoji", ["👩\u200d👩\u200d👧", "🏃\u200d♂\ufe0f", "👍🏽", "🇵🇹", "1\ufe0f\u20e3"]
)
def test_emoji_of_several_characters_are_one_glyph(emoji: str) -> None:
    one = drawn_line("🐶", make_face(), SIDE_PX).advance_px

    assert drawn_line(emoji, make_face(), SIDE_PX).advance_px == pytest.approx(one, rel=0.01)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_nothing_of_the_system_is_needed_for_right_to_left_words() -> None:
    drawing = (
        "from themes.load import load_theme\n"
        "from composer.render.shaping import drawn_line\n"
        "line = drawn_line('abc שלום سلام', load_theme('chill').type.caption, 360)\n"
        "assert line.mask.any()\n"
        "print('fribidi' in open('/proc/self/maps').read())\n"
    )

    told = subprocess.run([sys.executable, "-c", drawing], capture_output=True, check=True)

    assert told.stdout.split() == [b"False"]
