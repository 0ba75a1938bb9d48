"""Titles in Dutch."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "Op deze dag",
    Phrase.THIS_WEEK: "Deze week in eerdere jaren",
    Phrase.DAYS_AWAY: "Op reis",
    Phrase.DAY_OUT: "Een dagje uit",
    Phrase.EVENING_TOGETHER: "Een avond samen",
    Phrase.DAY_TOGETHER: "Een dag samen",
    Phrase.NAME_THROUGH_YEARS: "{name} door de jaren heen",
    Phrase.THROUGH_YEARS: "Door de jaren heen",
    Phrase.MOMENTS_WITH_NAME: "Momenten met {name}",
    Phrase.FAMILIAR_FACE: "Een vertrouwd gezicht",
    Phrase.TOGETHER: "Samen",
    Phrase.BEST_OF_MONTH: "Het mooiste van de maand",
    Phrase.YEAR: "Het jaar {year}",
    Phrase.BEST_OF_YEAR: "Het mooiste van het jaar",
    Phrase.SPRING: "Lente",
    Phrase.SUMMER: "Zomer",
    Phrase.AUTUMN: "Herfst",
    Phrase.WINTER: "Winter",
    Phrase.SEASON: "{season} {year}",
    Phrase.CHRISTMAS: "Kerstmis",
    Phrase.NEW_YEAR: "Oud en nieuw",
    Phrase.EASTER: "Pasen",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Gefeliciteerd met je verjaardag, {name}",
    Phrase.BIRTHDAY: "Gefeliciteerd met je verjaardag",
}
