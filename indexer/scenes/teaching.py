"""A person's own words: taught, put to what is indexed already and to what comes, taught again.

Nothing of the library is decoded for it: words are read from the image vectors that are there.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.catalog import taught
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.labels import image_vectors
from indexer.catalog.taught import TaughtWord
from indexer.errors import MemoriesError, NothingToDoError
from indexer.scenes.duplicates import BURST_BITS_MAX, phash
from indexer.scenes.labels import SceneLabeller
from indexer.scenes.own_words import Floats, WordHead, learn_word

log = logging.getLogger(__name__)

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

EXAMPLES_LEAST = 10
EXAMPLES_MOST = 200
"""More are thinned evenly: a head of 256 numbers learns little from them."""
LIBRARY_LEAST = 50
"""Pictures with vectors: a word is learnt against what the library shows."""
PUT_FROM = 0.5
"""Probability: what is expected of a word is so of the pictures that get it at even chance."""
WORD_LONGEST = 40
EXAMPLE_SHORT_PX = 256
"""Labellers look at no more of the short side."""
_EXAMPLE_QUALITY = 92
_64_BITS = (1 << 64) - 1


class TeachingError(MemoriesError):
    """A word that cannot be taught so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What came of teaching a word."""

    word: str
    examples: int
    precision: float
    recall: float
    items: int
    """How many items of the library have the word now."""


def clean_word(text: str, known: Sequence[str]) -> str:
    """A word as it is kept: small letters, single spaces.

    Raises
    ------
    TeachingError
        If it is empty, too long, or one of the labeller's own.
    """
    word = " ".join(text.split()).lower()
    if not word or len(word) > WORD_LONGEST or not word.isprintable():
        raise TeachingError(
            f"{text!r} cannot be a word",
            remedy=f"use 1 to {WORD_LONGEST} letters, as in: longboard",
        )
    if word in known:
        raise TeachingError(
            f"{word!r} is a word that pictures get already",
            remedy="give yours another name, such as 'our " + word + "'",
        )
    return word


def teach_word(
    catalog: Catalog, word: str, pictures: Iterable[Rgb8], labeller: SceneLabeller, now: str
) -> Lesson:
    """Teach a word by pictures that show it, and put it to everything that is indexed.

    Parameters
    ----------
    word : str
        Of :func:`clean_word`; taught before, it is taught anew.
    pictures : iterable of uint8[h, w, 3]
        Examples; the same picture twice counts once.
    labeller : SceneLabeller
        The one the library is indexed with.
    now : str
        UTC ISO time.

    Raises
    ------
    TeachingError
        If there are fewer than ten examples.
    NothingToDoError
        If too little of the library is indexed with this labeller, or all of it looks like the
        examples.
    """
    jpegs = _thinned(list(dict.fromkeys(_example(picture) for picture in pictures)))
    if len(jpegs) < EXAMPLES_LEAST:
        raise TeachingError(
            f"{word!r}: {len(jpegs)} different pictures are too few",
            remedy=f"put {EXAMPLES_LEAST} or more that show it into the folder",
        )
    ids, library = library_vectors(catalog, labeller.model_id)
    if len(ids) < LIBRARY_LEAST:
        raise NothingToDoError(
            f"{len(ids)} items are indexed with {labeller.model_id}, a word takes {LIBRARY_LEAST}",
            remedy="run: memoriesd index",
        )
    head = learn_word(vectors_of(jpegs, labeller), library)
    with catalog.transaction():
        taught.put_taught_word(catalog, _row(word, labeller.model_id, head, now))
        taught.put_examples(catalog, word, jpegs)
        items = put_word(catalog, word, head, labeller.model_id)
    return Lesson(
        word=word, examples=len(jpegs), precision=head.precision, recall=head.recall, items=items
    )


def put_word(catalog: Catalog, word: str, head: WordHead, model: str) -> int:
    """Write which items of the library show a word; how many do.

    Their vectors are read here, in the transaction that keeps the head: an item that was indexed
    while the word was learnt met no head yet.
    """
    return _put(catalog, word, head, *library_vectors(catalog, model))


def label_item(catalog: Catalog, item_id: ItemId, vector: Floats, model: str) -> None:
    """Put own words to an item that was looked at.

    Words whose heads read another model's vectors keep what they said of it, until they are taught
    again.
    """
    for row in taught.taught_words(catalog):
        if row.model == model:
            _put(catalog, row.word, head_of(row), [item_id], vector[None])


def renew_words(catalog: Catalog, load: Callable[[], SceneLabeller], now: str) -> None:
    """Teach words again whose heads read the vectors of a labeller that is no longer used.

    Parameters
    ----------
    load : callable
        Loads today's labeller; called only where a word may need it.

    Notes
    -----
    A word waits until enough of the library was looked at anew, and until some of it looks unlike
    the examples; its labels stay meanwhile.
    """
    rows = taught.taught_words(catalog)
    if not rows:
        return
    labeller = load()
    old = [row for row in rows if row.model != labeller.model_id]
    if not old:
        return
    ids, library = library_vectors(catalog, labeller.model_id)
    if len(ids) < LIBRARY_LEAST:
        return
    for row in old:
        jpegs = taught.examples_of(catalog, row.word)
        if len(jpegs) < EXAMPLES_LEAST:
            log.warning("the word %r is not taught again: it has too few examples", row.word)
            continue
        try:
            head = learn_word(vectors_of(jpegs, labeller), library)
        except NothingToDoError as error:
            log.warning("the word %r is not taught again: %s", row.word, error)
            continue
        with catalog.transaction():
            taught.put_taught_word(catalog, _row(row.word, labeller.model_id, head, now))
            items = put_word(catalog, row.word, head, labeller.model_id)
        log.info("the word %r was taught again: %d items have it", row.word, items)


def forget_examples(catalog: Catalog, phashes: Iterable[int]) -> int:
    """Remove the examples that show what pictures with these hashes show; returns how many.

    They are kept without a name, since they come from any folder: an example counts as one of the
    pictures where both would be of one burst. Words stay, and are what they have learnt.
    """
    shown = np.array(sorted({each & _64_BITS for each in phashes}), np.uint64)

    def is_shown(jpeg: bytes) -> bool:
        bits = np.bitwise_count(shown ^ np.uint64(phash(_decoded(jpeg))))
        return bool((bits <= BURST_BITS_MAX).any())

    words = [row.word for row in taught.taught_words(catalog)]
    return sum(taught.drop_examples(catalog, word, is_shown) for word in words)


def library_vectors(catalog: Catalog, model: str) -> tuple[list[ItemId], Floats]:
    """Items that a model has looked at, and their vectors, float32[n, d]."""
    found = [(i, v) for i, (name, v) in image_vectors(catalog).items() if name == model]
    if not found:
        return [], np.empty((0, 1), np.float32)
    return [i for i, _ in found], np.stack([v for _, v in found]).astype(np.float32)


def vectors_of(jpegs: Iterable[bytes], labeller: SceneLabeller) -> Floats:
    """The vectors of kept examples, float32[n, d]."""
    return np.stack([labeller.label(_decoded(jpeg)).vector for jpeg in jpegs])


def head_of(row: TaughtWord) -> WordHead:
    """A kept head."""
    return WordHead(
        weights=taught.weights_of(row), bias=row.bias, precision=row.precision, recall=row.recall
    )


def _put(
    catalog: Catalog, word: str, head: WordHead, ids: Sequence[ItemId], vectors: Floats
) -> int:
    chances = head.probabilities(vectors) if ids else ()
    labelled = [(item, float(p)) for item, p in zip(ids, chances, strict=True) if p >= PUT_FROM]
    taught.put_own_labels(catalog, word, labelled, ids)
    return len(labelled)


def _row(word: str, model: str, head: WordHead, now: str) -> TaughtWord:
    return TaughtWord(
        word=word,
        model=model,
        weights=head.weights.tobytes(),
        bias=head.bias,
        precision=head.precision,
        recall=head.recall,
        taught_at=now,
    )


def _thinned(jpegs: list[bytes]) -> list[bytes]:
    return jpegs[:: max(1, -(-len(jpegs) // EXAMPLES_MOST))]


def _example(picture: Rgb8) -> bytes:
    """A picture as it is kept: as small as labellers look at it."""
    height, width = picture.shape[:2]
    scale = min(1.0, EXAMPLE_SHORT_PX / min(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(shrunk, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _EXAMPLE_QUALITY])[1].tobytes()


def _decoded(jpeg: bytes) -> Rgb8:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)
