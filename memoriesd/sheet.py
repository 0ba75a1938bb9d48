"""The people sheet: one page with everybody's faces, numbered, to name and correct them by.

The page needs nothing but itself: styles inside, faces as data URIs, no scripts.
"""

import base64
import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.connection import Catalog
from indexer.catalog.faces import FaceId, PersonId, crop_of, faces_of_person, open_faces
from indexer.catalog.people import Person, all_people, face_counts

SHEET_NAME = "people.html"
"""In the data folder, where nobody names another place."""

FACES_A_PERSON = 14
"""The best ones; more would not help to recognise somebody."""

OPEN_FACES = 70
LEAST_FACES = 2
"""Somebody who was seen once is listed below with the faces that belong to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """One person as the sheet shows them."""

    person: Person
    count: int
    """All their faces."""
    faces: tuple[tuple[FaceId, bytes, bool], ...]
    """The best ones: id, JPEG, whether a person confirmed it."""


def portraits(catalog: Catalog) -> list[Portrait]:
    """Everybody with enough faces: the named by name, then the unnamed by how often seen."""
    counts = face_counts(catalog)
    people = [p for p in all_people(catalog) if counts.get(p.id, 0) >= LEAST_FACES or p.name]
    people.sort(key=lambda p: (not p.name, p.name.casefold(), -counts.get(p.id, 0), p.id))
    return [_portrait(catalog, person, counts.get(person.id, 0)) for person in people]


def _portrait(catalog: Catalog, person: Person, count: int) -> Portrait:
    best = faces_of_person(catalog, PersonId(person.id))[:FACES_A_PERSON]
    return Portrait(
        person=person,
        count=count,
        faces=tuple((f.id, crop_of(catalog, f.id), f.assigned == "confirmed") for f in best),
    )


def write_sheet(catalog: Catalog, path: Path) -> int:
    """Write the page, readable by its owner alone; returns how many people are on it."""
    shown = portraits(catalog)
    strangers = [(face, crop_of(catalog, face)) for face in open_faces(catalog, OPEN_FACES)]
    text = page(shown, strangers)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
    return len(shown)


def page(shown: Sequence[Portrait], strangers: Sequence[tuple[FaceId, bytes]]) -> str:
    """The whole page as HTML."""
    named = [portrait for portrait in shown if portrait.person.name]
    unnamed = [portrait for portrait in shown if not portrait.person.name]
    parts = [_HEAD, _intro(len(named), len(unnamed))]
    if unnamed:
        parts.append("<h2>Who is this?</h2>")
        parts.extend(_card(portrait) for portrait in unnamed)
    if named:
        parts.append("<h2>People with a name</h2>")
        parts.extend(_card(portrait) for portrait in named)
    if strangers:
        parts.append("<h2>Faces of nobody yet</h2><section class=card><div class=faces>")
        parts.extend(_face(face, jpeg, confirmed=False) for face, jpeg in strangers)
        parts.append("</div></section>")
    if not shown and not strangers:
        parts.append("<p class=none>No faces have been found yet.</p>")
    return "\n".join([*parts, "</main></body></html>", ""])


def _intro(n_named: int, n_unnamed: int) -> str:
    return f"""<header><h1>People</h1>
<p>{n_named} with a name, {n_unnamed} without. The number in a badge is a person's, the number
below a picture is that face's; a frame marks a face that you confirmed. What you correct is kept
for ever.</p>
<pre>memoriesd people name 3 "Ada"      <i>name a person</i>
memoriesd people name              <i>go through those without a name</i>
memoriesd people merge 3 7         <i>both are the same person</i>
memoriesd people reject 3 120 121  <i>these faces are not this person's</i>
memoriesd people split 3 120 121   <i>these faces are another person of their own</i>
memoriesd people hide 3            <i>never show this person</i></pre></header>"""


def _card(portrait: Portrait) -> str:
    person = portrait.person
    name = html.escape(person.name) if person.name else "<em>no name yet</em>"
    marks = "".join(
        f"<span class=mark>{word}</span>"
        for word, true in (("hidden", person.hidden), ("shown less", person.less))
        if true
    )
    faces = "".join(_face(face, jpeg, confirmed=ok) for face, jpeg, ok in portrait.faces)
    more = portrait.count - len(portrait.faces)
    rest = f"<span class=more>and {more:,} more</span>" if more > 0 else ""
    return (
        f"<section class=card id=p{person.id}><h3><span class=id>{person.id}</span>{name}{marks}"
        f"<span class=count>{portrait.count:,} faces</span></h3>"
        f"<div class=faces>{faces}{rest}</div></section>"
    )


def _face(face: FaceId, jpeg: bytes, *, confirmed: bool) -> str:
    data = base64.b64encode(jpeg).decode("ascii")
    kind = " class=sure" if confirmed else ""
    return (
        f'<figure{kind}><img src="data:image/jpeg;base64,{data}" alt="face {face}" width=112'
        f" height=112><figcaption>{face}</figcaption></figure>"
    )


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>People</title>
<style>
:root { color-scheme: light dark; --ground: #f4f1ec; --card: #fff; --ink: #26221d;
  --soft: #766e64; --line: #e3ddd3; --accent: #b4552d; }
@media (prefers-color-scheme: dark) { :root { --ground: #181613; --card: #23201c;
  --ink: #ece6dc; --soft: #a1978a; --line: #37322b; --accent: #e08a5f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 80px; }
h1 { font-size: 34px; line-height: 1.1; margin: 0 0 8px; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 40px 0 12px; }
header p { color: var(--soft); max-width: 62ch; margin: 0 0 16px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 0;
  padding: 14px 16px; overflow-x: auto; font: 13px/1.7 ui-monospace, Menlo, Consolas, monospace; }
pre i { color: var(--soft); font-style: normal; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 16px 18px 12px; margin: 0 0 14px; break-inside: avoid; }
h3 { display: flex; align-items: center; gap: 10px; margin: 0 0 12px; font-size: 18px; }
h3 em { color: var(--soft); font-weight: 400; }
.id { background: var(--accent); color: #fff; border-radius: 999px; padding: 1px 11px;
  font-size: 15px; font-variant-numeric: tabular-nums; }
.count { margin-left: auto; color: var(--soft); font-size: 14px; font-weight: 400; }
.mark { border: 1px solid var(--line); border-radius: 6px; padding: 0 8px; font-size: 13px;
  color: var(--soft); font-weight: 400; }
.faces { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; }
figure { margin: 0; text-align: center; }
img { display: block; width: 112px; height: 112px; object-fit: cover; border-radius: 10px; }
.sure img { outline: 3px solid var(--accent); outline-offset: -3px; }
figcaption { color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.more, .none { color: var(--soft); }
@media (max-width: 560px) { img { width: 84px; height: 84px; } main { padding: 20px 12px 60px; } }
@media print { body { background: #fff; } pre { display: none; } }
</style></head><body><main>"""
