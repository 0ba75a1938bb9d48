"""Words that a person taught: their heads, the examples they were taught by, and their labels.

The labels lie among the others, told apart by their model: what a labeller says anew of an item
leaves them alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.labels import OWN_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtWord:
    """A word with its head."""

    word: str
    model: str
    """Whose vectors the head reads."""
    weights: bytes
    """float32."""
    bias: float
    precision: float
    """Expected, 0 to 1."""
    recall: float
    taught_at: str


def taught_words(catalog: Catalog) -> list[TaughtWord]:
    """Every taught word, by name."""
    return catalog.select(
        TaughtWord,
        "SELECT word, model, weights, bias, precision, recall, taught_at FROM taught_words"
        " ORDER BY word",
    )


def put_taught_word(catalog: Catalog, taught: TaughtWord) -> None:
    """Keep a word's head, in the place of an older one."""
    catalog.execute(
        "INSERT INTO taught_words (word, model, weights, bias, precision, recall, taught_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (word) DO UPDATE SET model = excluded.model,"
        " weights = excluded.weights, bias = excluded.bias, precision = excluded.precision,"
        " recall = excluded.recall, taught_at = excluded.taught_at",
        (
            taught.word,
            taught.model,
            taught.weights,
            taught.bias,
            taught.precision,
            taught.recall,
            taught.taught_at,
        ),
    )


def put_examples(catalog: Catalog, word: str, jpegs: Sequence[bytes]) -> None:
    """Keep the pictures a word was taught by, in the place of older ones."""
    catalog.execute("DELETE FROM taught_examples WHERE word = ?", (word,))
    catalog.execute_many(
        "INSERT INTO taught_examples (word, position, jpeg) VALUES (?, ?, ?)",
        ((word, n, jpeg) for n, jpeg in enumerate(jpegs)),
    )


def examples_of(catalog: Catalog, word: str) -> list[bytes]:
    """The pictures a word was taught by, JPEG."""
    sql = "SELECT jpeg FROM taught_examples WHERE word = ? ORDER BY position"
    return [jpeg for (jpeg,) in catalog.execute(sql, (word,))]


def drop_examples(catalog: Catalog, word: str, is_to_go: Callable[[bytes], bool]) -> int:
    """Remove some of the pictures a word was taught by; returns how many."""
    sql = "SELECT position, jpeg FROM taught_examples WHERE word = ? ORDER BY position"
    gone = [at for at, jpeg in catalog.execute(sql, (word,)).fetchall() if is_to_go(jpeg)]
    catalog.execute_many(
        "DELETE FROM taught_examples WHERE word = ? AND position = ?", ((word, at) for at in gone)
    )
    return len(gone)


def count_examples(catalog: Catalog) -> dict[str, int]:
    """How many pictures each word was taught by."""
    sql = "SELECT word, count(*) FROM taught_examples GROUP BY word"
    return dict(catalog.execute(sql).fetchall())


def forget_word(catalog: Catalog, word: str) -> bool:
    """Remove a word, its examples and its labels; False where there is none of that name."""
    catalog.execute("DELETE FROM labels WHERE word = ? AND model = ?", (word, OWN_WORDS))
    return catalog.execute("DELETE FROM taught_words WHERE word = ?", (word,)).rowcount > 0


def put_own_labels(
    catalog: Catalog, word: str, labelled: Iterable[tuple[ItemId, float]], looked_at: Iterable[int]
) -> None:
    """Put a word to items, and take it from the other items that were looked at."""
    catalog.execute_many(
        "DELETE FROM labels WHERE item_id = ? AND word = ? AND model = ?",
        ((item, word, OWN_WORDS) for item in looked_at),
    )
    catalog.execute_many(
        "INSERT OR REPLACE INTO labels (item_id, word, probability, model) VALUES (?, ?, ?, ?)",
        ((item, word, probability, OWN_WORDS) for item, probability in labelled),
    )


def weights_of(taught: TaughtWord) -> NDArray[np.float32]:
    """The head's weights."""
    return np.frombuffer(taught.weights, np.float32)
