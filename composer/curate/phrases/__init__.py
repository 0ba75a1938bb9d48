"""Phrases of titles, one file per language."""

from collections.abc import Mapping

from composer.curate.phrases import de, en, es, fr, it, nl, pt
from composer.curate.phrases.keys import Phrase

LANGUAGES: Mapping[str, Mapping[Phrase, str]] = {
    "en": en.PHRASES,
    "de": de.PHRASES,
    "fr": fr.PHRASES,
    "es": es.PHRASES,
    "it": it.PHRASES,
    "pt": pt.PHRASES,
    "nl": nl.PHRASES,
}
