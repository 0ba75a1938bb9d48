"""Titles in English."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "On this day",
    Phrase.THIS_WEEK: "This week in past years",
    Phrase.DAYS_AWAY: "Days away",
    Phrase.DAY_OUT: "A day out",
    Phrase.EVENING_TOGETHER: "An evening together",
    Phrase.DAY_TOGETHER: "A day together",
    Phrase.NAME_THROUGH_YEARS: "{name} through the years",
    Phrase.THROUGH_YEARS: "Through the years",
    Phrase.MOMENTS_WITH_NAME: "Moments with {name}",
    Phrase.FAMILIAR_FACE: "A familiar face",
    Phrase.TOGETHER: "Together",
    Phrase.BEST_OF_MONTH: "The best of the month",
    Phrase.YEAR: "The year {year}",
    Phrase.BEST_OF_YEAR: "The best of the year",
    Phrase.SPRING: "Spring",
    Phrase.SUMMER: "Summer",
    Phrase.AUTUMN: "Autumn",
    Phrase.WINTER: "Winter",
    Phrase.SEASON: "{season} {year}",
    Phrase.CHRISTMAS: "Christmas",
    Phrase.NEW_YEAR: "New Year",
    Phrase.EASTER: "Easter",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Happy birthday, {name}",
    Phrase.BIRTHDAY: "Happy birthday",
}
