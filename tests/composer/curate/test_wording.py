"""Words of titles: every language whole, dates as people write them."""

import datetime as dt
import string

import pytest

from composer.curate.phrases import LANGUAGES
from composer.curate.phrases.keys import Phrase
from composer.curate.wording import LONGEST_TITLE, Wording, joined, shortened, years

MAY_4 = dt.date(2024, 5, 4)
MAY_11 = dt.date(2024, 5, 11)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_phrase_with_the_same_parts(language: str) -> None:
    phrases = LANGUAGES[language]

    assert set(phrases) == set(Phrase)
    for phrase in Phrase:
        assert phrases[phrase].strip() == phrases[phrase] != ""
        assert _parts(phrases[phrase]) == _parts(LANGUAGES["en"][phrase])


@pytest.mark.parametrize(
    ("language", "span"),
    [
        ("en_GB", "4–11 May 2024"),
        ("de", "4.–11. Mai 2024"),
        ("fr", "4–11 mai 2024"),
        ("es", "4–11 may 2024"),
        ("it", "4–11 mag 2024"),
        ("nl", "4–11 mei 2024"),
    ],
)
def test_a_span_of_days_is_written_as_people_do(language: str, span: str) -> None:
    assert Wording(language).days(MAY_4, MAY_11) == span


def test_a_month_is_a_title_with_a_capital() -> None:
    assert Wording("fr").month(MAY_4) == "Mai 2024"
    assert Wording("es").month(MAY_4) == "Mayo de 2024"


def test_names_are_joined_by_the_languages_own_and() -> None:
    joined_names = [Wording(code).listed(["Anna", "Ben"]) for code in ("en", "de", "it", "nl")]

    assert joined_names == ["Anna and Ben", "Anna und Ben", "Anna e Ben", "Anna en Ben"]


def test_an_unknown_language_is_english() -> None:
    assert Wording("xx_YY").say(Phrase.TOGETHER) == "Together"
    assert Wording("").day(MAY_4) == "May 4, 2024"


def test_years_in_a_row_are_a_range_and_two_are_a_list() -> None:
    assert years([2021, 2019, 2020]) == "2019–2021"
    assert years([2021, 2015]) == "2015, 2021"


def test_a_long_title_is_cut_at_a_word() -> None:
    title = shortened("Saint-Germain-en-Laye and Villeneuve-la-Garenne together")

    assert len(title) <= LONGEST_TITLE
    assert title == "Saint-Germain-en-Laye and…"


def test_a_subtitle_leaves_out_what_does_not_fit() -> None:
    assert joined("The best of the month", "", "Lisbon") == "The best of the month · Lisbon"
    assert joined("a" * 40, "b" * 40) == "a" * 40


def _parts(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}
