"""Titles in French."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "Ce jour-là",
    Phrase.THIS_WEEK: "Cette semaine, les années passées",
    Phrase.DAYS_AWAY: "En voyage",
    Phrase.DAY_OUT: "Une sortie",
    Phrase.EVENING_TOGETHER: "Une soirée ensemble",
    Phrase.DAY_TOGETHER: "Une journée ensemble",
    Phrase.NAME_THROUGH_YEARS: "{name} au fil des ans",
    Phrase.THROUGH_YEARS: "Au fil des ans",
    Phrase.MOMENTS_WITH_NAME: "Des moments avec {name}",
    Phrase.FAMILIAR_FACE: "Un visage familier",
    Phrase.TOGETHER: "Ensemble",
    Phrase.BEST_OF_MONTH: "Les plus beaux moments du mois",
    Phrase.YEAR: "L’année {year}",
    Phrase.BEST_OF_YEAR: "Les plus beaux moments de l’année",
    Phrase.SPRING: "Printemps",
    Phrase.SUMMER: "Été",
    Phrase.AUTUMN: "Automne",
    Phrase.WINTER: "Hiver",
    Phrase.SEASON: "{season} {year}",
    Phrase.CHRISTMAS: "Noël",
    Phrase.NEW_YEAR: "Nouvel An",
    Phrase.EASTER: "Pâques",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Joyeux anniversaire, {name}",
    Phrase.BIRTHDAY: "Joyeux anniversaire",
}
