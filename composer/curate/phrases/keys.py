"""What titles and subtitles are made of; one file beside this per language says how."""

from enum import StrEnum


class Phrase(StrEnum):
    """A phrase that every language has."""

    ON_THIS_DAY = "on_this_day"
    THIS_WEEK = "this_week"
    DAYS_AWAY = "days_away"
    DAY_OUT = "day_out"
    EVENING_TOGETHER = "evening_together"
    DAY_TOGETHER = "day_together"
    NAME_THROUGH_YEARS = "name_through_years"
    THROUGH_YEARS = "through_years"
    MOMENTS_WITH_NAME = "moments_with_name"
    FAMILIAR_FACE = "familiar_face"
    TOGETHER = "together"
    BEST_OF_MONTH = "best_of_month"
    YEAR = "year"
    BEST_OF_YEAR = "best_of_year"
    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"
    SEASON = "season"
    CHRISTMAS = "christmas"
    NEW_YEAR = "new_year"
    EASTER = "easter"
    HALLOWEEN = "halloween"
    HAPPY_BIRTHDAY = "happy_birthday"
    BIRTHDAY = "birthday"
