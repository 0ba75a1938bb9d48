"""How well words of one's own are found with ten examples each, along the product's path.

    python benchmarks/own_words.py ../shared/data/objects.tar ../shared/data/animals.tar

Each class of a set is taught in turn; the rest of the set is the library, and its pictures are
ranked by the word's probability. Printed: average precision, and the precision and recall that
were told beside those that came true.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from indexer.catalog import files, items, labels, taught
from indexer.catalog.connection import open_catalog
from indexer.catalog.files import Seen
from indexer.catalog.items import Item, ItemId
from indexer.scenes.labels import Labels, SceneLabeller, load_scenes
from indexer.scenes.own_words import Floats
from indexer.scenes.teaching import head_of, library_vectors, teach_word
from indexer.training.sets import TarSet, open_tar_set

N_EXAMPLES = 10
NOW = "2026-01-01T00:00:00Z"


def main() -> None:
    """Measure every set that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tar", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, help="a labeller; by default the built-in one")
    given = parser.parse_args()
    labeller = load_scenes(given.model)
    for tar in given.tar:
        of = open_tar_set(tar)
        seen = [labeller.label(of.read(n)) for n in range(len(of.rows))]
        for word in sorted({row.label for row in of.rows}):
            print_word(of, seen, word, labeller, given.seed)


def print_word(
    of: TarSet, seen: list[Labels], word: str, labeller: SceneLabeller, seed: int
) -> None:
    """Teach one class by ten of its pictures and rank the others."""
    of_word = np.flatnonzero([row.label == word for row in of.rows])
    examples = np.random.default_rng([seed, len(word)]).choice(of_word, N_EXAMPLES, replace=False)
    rest = [n for n in range(len(of.rows)) if n not in set(examples.tolist())]
    with tempfile.TemporaryDirectory() as folder, open_catalog(Path(folder) / "c.db") as catalog:
        root = files.add_root(catalog, Path(folder))
        paths = [f"{n:06}.jpg".encode() for n in rest]
        found = [
            Seen(path=p, size=1, mtime_ns=0, inode=n, sidecars="") for n, p in enumerate(paths)
        ]
        files.add_files(catalog, root, found)
        numbers = {row.path: row.id for row in files.files_of_root(catalog, root)}
        truth = {}
        for n, path in zip(rest, paths, strict=True):
            item = items.add_item(catalog, _item(), numbers[path])
            labels.put_image_vector(catalog, item, seen[n].vector, labeller.model_id)
            truth[item] = of.rows[n].label == word
        lesson = teach_word(
            catalog, f"our {word}", (of.read(int(n)) for n in examples), labeller, NOW
        )
        (row,) = taught.taught_words(catalog)
        ids, vectors = library_vectors(catalog, labeller.model_id)
    chances = head_of(row).probabilities(vectors)
    true = np.array([truth[one] for one in ids])
    told = chances >= 0.5
    right = int((told & true).sum())
    sys.stdout.write(
        f"{of.name:10} {word:12} average precision {average_precision(chances, true):.3f}"
        f"  precision {lesson.precision:.2f} told, {right / max(1, int(told.sum())):.2f} true"
        f"  recall {lesson.recall:.2f} told, {right / int(true.sum()):.2f} true\n"
    )


def average_precision(chances: Floats, true: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> float:
    """Mean precision at each right answer, from the surest to the least sure."""
    ranked = true[np.argsort(-chances, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def _item() -> Item:
    told: dict[str, object] = dict.fromkeys(Item.__slots__)
    told |= {"id": ItemId(0), "kind": "photo", "width": 128, "height": 128, "orientation": 1}
    told |= {"date_source": "none", "date_confidence": 0.0, "mundane_score": 0.0}
    told |= {"day_only": 0, "favourite": 0, "hidden": 0}
    return Item(**told)  # type: ignore[arg-type]  # a table of columns


if __name__ == "__main__":
    main()
