"""Titles in Italian."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "In questo giorno",
    Phrase.THIS_WEEK: "Questa settimana negli anni passati",
    Phrase.DAYS_AWAY: "In viaggio",
    Phrase.DAY_OUT: "Una gita",
    Phrase.EVENING_TOGETHER: "Una serata insieme",
    Phrase.DAY_TOGETHER: "Una giornata insieme",
    Phrase.NAME_THROUGH_YEARS: "{name} nel corso degli anni",
    Phrase.THROUGH_YEARS: "Nel corso degli anni",
    Phrase.MOMENTS_WITH_NAME: "Momenti con {name}",
    Phrase.FAMILIAR_FACE: "Un viso familiare",
    Phrase.TOGETHER: "Insieme",
    Phrase.BEST_OF_MONTH: "Il meglio del mese",
    Phrase.YEAR: "Il {year}",
    Phrase.BEST_OF_YEAR: "Il meglio dell’anno",
    Phrase.SPRING: "Primavera",
    Phrase.SUMMER: "Estate",
    Phrase.AUTUMN: "Autunno",
    Phrase.WINTER: "Inverno",
    Phrase.SEASON: "{season} {year}",
    Phrase.CHRISTMAS: "Natale",
    Phrase.NEW_YEAR: "Capodanno",
    Phrase.EASTER: "Pasqua",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Buon compleanno, {name}",
    Phrase.BIRTHDAY: "Buon compleanno",
}
