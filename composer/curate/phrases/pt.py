"""Titles in Portuguese."""

from composer.curate.phrases.keys import Phrase

PHRASES = {
    Phrase.ON_THIS_DAY: "Neste dia",
    Phrase.THIS_WEEK: "Esta semana em anos anteriores",
    Phrase.DAYS_AWAY: "Em viagem",
    Phrase.DAY_OUT: "Um passeio",
    Phrase.EVENING_TOGETHER: "Uma noite em boa companhia",
    Phrase.DAY_TOGETHER: "Um dia em boa companhia",
    Phrase.NAME_THROUGH_YEARS: "{name} ao longo dos anos",
    Phrase.THROUGH_YEARS: "Ao longo dos anos",
    Phrase.MOMENTS_WITH_NAME: "Momentos com {name}",
    Phrase.FAMILIAR_FACE: "Um rosto familiar",
    Phrase.TOGETHER: "Juntos",
    Phrase.BEST_OF_MONTH: "O melhor do mês",
    Phrase.YEAR: "O ano de {year}",
    Phrase.BEST_OF_YEAR: "O melhor do ano",
    Phrase.SPRING: "Primavera",
    Phrase.SUMMER: "Verão",
    Phrase.AUTUMN: "Outono",
    Phrase.WINTER: "Inverno",
    Phrase.SEASON: "{season} de {year}",
    Phrase.CHRISTMAS: "Natal",
    Phrase.NEW_YEAR: "Ano Novo",
    Phrase.EASTER: "Páscoa",
    Phrase.HALLOWEEN: "Halloween",
    Phrase.HAPPY_BIRTHDAY: "Feliz aniversário, {name}",
    Phrase.BIRTHDAY: "Feliz aniversário",
}
