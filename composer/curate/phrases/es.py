"""Titles in Spanish."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "Tal día como hoy",
    Phrase.THIS_WEEK: "Esta semana en años anteriores",
    Phrase.DAYS_AWAY: "De viaje",
    Phrase.DAY_OUT: "Una excursión",
    Phrase.EVENING_TOGETHER: "Una velada juntos",
    Phrase.DAY_TOGETHER: "Un día juntos",
    Phrase.NAME_THROUGH_YEARS: "{name} a lo largo de los años",
    Phrase.THROUGH_YEARS: "A lo largo de los años",
    Phrase.MOMENTS_WITH_NAME: "Momentos con {name}",
    Phrase.FAMILIAR_FACE: "Una cara conocida",
    Phrase.TOGETHER: "Juntos",
    Phrase.BEST_OF_MONTH: "Lo mejor del mes",
    Phrase.YEAR: "El año {year}",
    Phrase.BEST_OF_YEAR: "Lo mejor del año",
    Phrase.SPRING: "Primavera",
    Phrase.SUMMER: "Verano",
    Phrase.AUTUMN: "Otoño",
    Phrase.WINTER: "Invierno",
    Phrase.SEASON: "{season} de {year}",
    Phrase.CHRISTMAS: "Navidad",
    Phrase.NEW_YEAR: "Año Nuevo",
    Phrase.EASTER: "Semana Santa",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Feliz cumpleaños, {name}",
    Phrase.BIRTHDAY: "Feliz cumpleaños",
}
