"""What the files of face embedders say of their vectors, kept beside the faces by model id."""

import json
from dataclasses import asdict, dataclass

from indexer.catalog.connection import Catalog
from indexer.catalog.settings import get_setting, put_setting

SETTING = "face_models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """Cosines of faces of two people, as an embedder's file tells them."""

    mean: float
    spread: float
    """Standard deviation."""


def put_strangers(catalog: Catalog, model: str, told: Strangers) -> None:
    """Keep what a model says of strangers; models that were used before are not forgotten."""
    with catalog.transaction():
        known = all_strangers(catalog) | {model: told}
        text = json.dumps({name: asdict(each) for name, each in known.items()}, sort_keys=True)
        put_setting(catalog, SETTING, text)


def all_strangers(catalog: Catalog) -> dict[str, Strangers]:
    """By model id; models whose files say nothing are absent."""
    text = get_setting(catalog, SETTING)
    told = {} if text is None else json.loads(text)
    return {model: Strangers(**each) for model, each in told.items()}
