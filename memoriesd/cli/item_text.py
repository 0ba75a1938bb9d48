"""An item in words: what ``items show`` says to a person."""

from typing import Any

KINDS = {"live": "Live Photo", "motion": "motion photo"}

SOURCES = {
    "exif": "the camera (EXIF)",
    "xmp": "what a program wrote (XMP)",
    "takeout": "Google Takeout",
    "container": "the video's header",
    "filename": "the file's name",
    "mtime": "the file's time of change",
}
"""Where a date comes from."""

SURE_FROM, LIKELY_FROM = 0.9, 0.7
"""Confidence of a day; from the second on it counts for "on this day" and birthdays."""


def item_lines(item: dict[str, Any]) -> list[str]:
    """What is known of an item, the document of ``items show --json``, a line each."""
    about = [KINDS.get(item["kind"], item["kind"]), f"{item['size']} px"]
    if item["duration_s"]:
        about.append(f"{item['duration_s']:.1f} s")
    marks = [word for word in ("favourite", "hidden") if item[word]]
    marks += [item["mundane"]] if item["mundane"] else []
    place = item["place"] or ""
    if item["latitude"] is not None:
        place = f"{place} ({item['latitude']:.4f}, {item['longitude']:.4f})".strip()
    told = {
        "taken": _taken(item),
        "place": place,
        "camera": item["camera"],
        "people": _people(item),
        "shows": ", ".join(item["labels"]),
        "quality": _quality(item),
        "marks": ", ".join(marks),
        "copy of": item["duplicate_of"] and f"item {item['duplicate_of']}, which is shown instead",
        "other files": ", ".join(item["files"][1:]),
    }
    return [
        f"item {item['id']}: {item['path']}",
        ", ".join(about),
        *(f"{name}: {text}" for name, text in told.items() if text),
    ]


def _taken(item: dict[str, Any]) -> str:
    if item["taken_at"] is None:
        return "no date is known"
    source = SOURCES.get(item["date_source"], item["date_source"])
    confidence = item["date_confidence"]
    sure = (
        "" if confidence >= SURE_FROM else ", likely" if confidence >= LIKELY_FROM else ", a guess"
    )
    when = item["taken_at"].replace("T", " ")
    return f"{when} {item['offset'] or '(local time)'}, as told by {source}{sure}"


def _people(item: dict[str, Any]) -> str:
    faces = item["faces"]
    if not faces:
        return ""
    count = "1 face" if faces == 1 else f"{faces} faces"
    return f"{', '.join(item['people']) or 'nobody known'} ({count})"


def _quality(item: dict[str, Any]) -> str:
    if item["score"] is None:
        return ""
    exposure = "" if item["exposure"] is None else f", exposure {item['exposure']:.2f}"
    return f"{item['score']:.2f} of 1{exposure}"
