"""``labels``: the words of pictures, and words of your own."""

from pathlib import Path

import click

from indexer.catalog import taught
from indexer.catalog.counts import count_words
from indexer.errors import NotFoundError
from indexer.scenes.labels import load_scenes
from indexer.scenes.teaching import Lesson, clean_word, teach_word
from indexer.training.sets import open_folder_set, pictures
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.clock import stamp, utc_now

EXAMPLE_PX = 640
"""Long side at which examples are read."""


@click.group("labels", short_help="List the words that scenes are labelled with; teach your own.")
def labels_command() -> None:
    """List the words that scenes are labelled with; teach words of your own."""


@labels_command.command("list")
@json_option
@session_command
def list_labels(session: Session, *, as_json: bool) -> None:
    """List the words that pictures show, with the number of them, the most frequent first.

    As in a search, copies and hidden ones do not count, nor does what a word hardly fits. A search
    also looks for names of files, places and people, and for longer words that begin so.
    """
    with session.catalog() as catalog:
        counts = dict(count_words(catalog))
        own = {row.word: row for row in taught.taught_words(catalog)}
        examples = taught.count_examples(catalog)
    for word in own:
        counts.setdefault(word, 0)
    if as_json:
        echo_json({"labels": [_fact(word, n, own, examples) for word, n in counts.items()]})
        return
    for word, n in counts.items():
        if word in own:
            row = own[word]
            click.echo(
                f"{n:7,}  {word}  (yours: {examples.get(word, 0)} examples,"
                f" precision {row.precision:.2f}, recall {row.recall:.2f} expected)"
            )
        else:
            click.echo(f"{n:7,}  {word}")


def _fact(
    word: str, n: int, own: dict[str, taught.TaughtWord], examples: dict[str, int]
) -> dict[str, object]:
    fact: dict[str, object] = {"label": word, "items": n, "own": word in own}
    if word in own:
        fact["examples"] = examples.get(word, 0)
        fact["precision"] = round(own[word].precision, 4)
        fact["recall"] = round(own[word].recall, 4)
        fact["taught_at"] = own[word].taught_at
    return fact


@labels_command.command("teach")
@click.argument("word")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@session_command
def teach_label(session: Session, word: str, folder: Path, *, as_json: bool) -> None:
    """Teach WORD by the pictures of FOLDER, ten or more that show it.

    Everything that is indexed gets it at once, what comes while it is indexed. Small copies of the
    examples are kept in the catalog: the word is learnt anew when the labeller changes.
    """

    def tell(name: str, reason: str) -> None:
        click.echo(f"left out: {name}: {reason}", err=True)

    with session.catalog() as catalog:
        labeller = load_scenes(session.config().models.scenes)
        cleaned = clean_word(word, labeller.words)
        examples = open_folder_set(folder, max_side_px=EXAMPLE_PX)
        read = pictures(examples, range(len(examples.rows)), on_bad=tell)
        lesson = teach_word(
            catalog, cleaned, (image for _, image in read), labeller, stamp(utc_now())
        )
    if as_json:
        echo_json(_lesson_facts(lesson))
        return
    click.echo(
        f"{lesson.word}: learnt from {lesson.examples} pictures of {echo_path(folder)};"
        f" {lesson.items:,} items have it now"
    )
    click.echo(
        f"expected of pictures like the examples, by cross-validation:"
        f" precision {lesson.precision:.2f}, recall {lesson.recall:.2f}"
    )


def _lesson_facts(lesson: Lesson) -> dict[str, object]:
    return {
        "label": lesson.word,
        "examples": lesson.examples,
        "items": lesson.items,
        "precision": round(lesson.precision, 4),
        "recall": round(lesson.recall, 4),
    }


@labels_command.command("forget")
@click.argument("word")
@session_command
def forget_label(session: Session, word: str) -> None:
    """Forget WORD, one that you taught: its examples, and the labels it gave."""
    cleaned = " ".join(word.split()).lower()
    with session.catalog() as catalog, catalog.transaction():
        if not taught.forget_word(catalog, cleaned):
            raise NotFoundError(
                f"you taught no word {word!r}", remedy="see them with: memoriesd labels list"
            )
    click.echo(f"{cleaned} is forgotten")
