"""Titles in German."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "An diesem Tag",
    Phrase.THIS_WEEK: "Diese Woche in früheren Jahren",
    Phrase.DAYS_AWAY: "Unterwegs",
    Phrase.DAY_OUT: "Ein Ausflug",
    Phrase.EVENING_TOGETHER: "Ein Abend zusammen",
    Phrase.DAY_TOGETHER: "Ein Tag zusammen",
    Phrase.NAME_THROUGH_YEARS: "{name} im Lauf der Jahre",
    Phrase.THROUGH_YEARS: "Im Lauf der Jahre",
    Phrase.MOMENTS_WITH_NAME: "Momente mit {name}",
    Phrase.FAMILIAR_FACE: "Ein vertrautes Gesicht",
    Phrase.TOGETHER: "Gemeinsam",
    Phrase.BEST_OF_MONTH: "Das Schönste des Monats",
    Phrase.YEAR: "Das Jahr {year}",
    Phrase.BEST_OF_YEAR: "Das Schönste des Jahres",
    Phrase.SPRING: "Frühling",
    Phrase.SUMMER: "Sommer",
    Phrase.AUTUMN: "Herbst",
    Phrase.WINTER: "Winter",
    Phrase.SEASON: "{season} {year}",
    Phrase.CHRISTMAS: "Weihnachten",
    Phrase.NEW_YEAR: "Silvester und Neujahr",
    Phrase.EASTER: "Ostern",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Alles Gute zum Geburtstag, {name}",
    Phrase.BIRTHDAY: "Alles Gute zum Geburtstag",
}
