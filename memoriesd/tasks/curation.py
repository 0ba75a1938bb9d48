"""What a person decided about memories, as curation wants to be told."""

import os

from composer.curate.exclude import ExclusionKind, Rule, parse_rule
from composer.curate.model import CurationSettings, MemoryKind
from memoriesd.config import Config
from memoriesd.exits import ConfigError
from memoriesd.language import choose_language
from memoriesd.worker import Task


def curation_settings(task: Task) -> CurationSettings:
    """The settings of ``[memories]``, with the language of ``[output]``.

    Raises
    ------
    ConfigError
        If it names a kind of memory that there is not, or an exclusion cannot be understood.
    """
    config = task.config
    told = set(config.memories.kinds)
    known = tuple(MemoryKind)
    if unknown := told - set(known):
        raise ConfigError(
            task.config_file,
            f"[memories] kinds: there is no {sorted(unknown)[0]!r}",
            remedy=f"known are: {', '.join(known)}",
        )
    return CurationSettings(
        kinds=tuple(kind for kind in known if kind in told or not told),
        min_items=config.memories.min_items,
        country=config.memories.country,
        language=choose_language(config.output.language, os.environ),
        rules=_rules(config),
    )


def _rules(config: Config) -> tuple[Rule, ...]:
    exclude = config.memories.exclude
    told = {
        ExclusionKind.PERSON: exclude.people,
        ExclusionKind.PLACE: exclude.places,
        ExclusionKind.DATES: exclude.dates,
        ExclusionKind.LABEL: exclude.labels,
        ExclusionKind.FOLDER: exclude.folders,
    }
    return tuple(parse_rule(kind, text) for kind, texts in told.items() for text in texts)
