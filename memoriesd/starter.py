"""The configuration file that ``memoriesd init`` writes: every key with what it means."""

import json
from collections.abc import Sequence
from pathlib import Path

_LINES = """\
# Configuration of memoriesd. Lines that begin with "#" and a key show its default; take the "#"
# away to change it. Paths may begin with ~ and are relative to this file's folder otherwise.

[library]
# Folders whose photos and videos are watched. Nothing in them is ever changed.
roots = {roots}
# What to leave out: patterns of names or of paths below a root, such as "*.psd" or "drafts/*".
#ignore = []
# Follow links to other places inside the same root.
#follow_symlinks = false
# A file is read when nothing happened in its folder for so many seconds.
#settle_s = 5.0

[output]
# Where movies go. It may lie inside a root; movies of ours are never indexed.
folder = {output}
# "720p", "1080p" or "4k".
#resolution = "1080p"
# "16:9", "9:16" (upright) or "1:1".
#aspect = "16:9"
# Frames a second: 24, 30 or 60.
#fps = 30
# "h264", which plays everywhere, or "hevc": smaller files, two to three times the work.
#codec = "h264"
# "software", or "hardware" where an encoder of this machine passes a test: quicker, larger files.
#encoder = "software"
# Language of titles: "auto" (of this machine), "en", "de", "fr", "es", "it", "pt" or "nl".
#language = "auto"
# Movies older than so many days are removed when a movie was made, unless kept by "memoriesd
# movies keep"; where all are too old at once they stay until the movie after that. 0: never.
#keep_days = 0

[index]
# Memory that indexing may use, all its processes together.
#memory_limit_mb = 512
# How small a face is looked for: "normal", or "thorough": from 20 px in the full-size picture.
#detail = "normal"
# Who indexes: empty for this machine alone, or the address of a Dask cluster whose machines see the
# same folders, such as "tcp://192.168.1.10:8786".
#scheduler = ""
# Videos are looked at this often, seconds.
#video_sample_s = 1.0

[models]
# What finds and recognises faces: "builtin", or "insightface:NAME" (see "memoriesd models list").
#pack = "builtin"
# The folder that holds models/NAME/*.onnx of other packs; empty: packs beside the catalog.
#folder = ""
# A scene labeller's .onnx with its word list beside it; empty: the built-in one.
#scenes = ""
# What computes: "auto" (an accelerator that proved itself, or the CPU), "cpu", "coreml", "cuda",
# "openvino" or "directml".
#device = "auto"

[schedule]
# When a movie is made: "daily 09:00", "weekdays 18:30", "weekends 10:00", "mon,thu 09:00",
# "mon-fri 09:00", several with ";" between them, "never", or cron text such as "0 9 * * 1-5".
# The very first movie is made as soon as there is one to make.
#when = "daily 09:00"
# The part of the day in which nothing runs by itself, such as "22:00-07:00".
#quiet_hours = ""
# At most so many movies a day.
#max_movies_per_day = 1
# Make up for a time that was missed because the machine was off.
#catch_up = true

[theme]
# "auto", "chill", "gentle", "uplifting", or a theme file of yours.
#name = "auto"
# "short" (15 to 20 s), "medium" (40 to 50 s) or "long" (80 to 100 s).
#length = "medium"
# "built-in": composed for each movie; or a folder with music of yours.
#music = "built-in"

[memories]
# Kinds of memory that may be made; empty: all of them.
#kinds = []
# A memory needs so many pictures.
#min_items = 6
# Whose holidays count, as two letters such as "DE"; empty: where you live, as your photos tell.
#country = ""

[memories.exclude]
# What is never shown. People by name ("less Anna": less often), places by name or as
# "48.137,11.575,2km", dates as "2020-03-01..2020-03-14" or "yearly 11-02", labels, folders.
#people = []
#places = []
#dates = []
#labels = []
#folders = []

[guest]
# Do nothing by itself while the machine runs on battery.
#pause_on_battery = true
# Do nothing by itself until nobody has used keyboard or mouse for so many minutes; 0: never mind.
#idle_min = 0.0
# Do nothing by itself while the machine's load per core is above this; 0: never mind.
#max_load = 0.0
# Do nothing by itself while the processor is hotter than this; 0: never mind.
#max_temperature_c = 0.0
# Do nothing by itself, and make no movie when told to, while a disk has less room than this.
#min_free_gb = 2.0
# How far jobs of the service step back behind other programs: 0 to 19.
#nice = 10

[notify]
# A program to run with each new movie's path as its last argument, such as ["notify-send", "New"].
#command = []
# Without a command: show the new movie's name on the desktop.
#desktop = true
"""


def starter_text(roots: Sequence[Path], output: Path) -> str:
    """The text of a new configuration file."""
    return _LINES.replace("{roots}", _toml_list(roots)).replace("{output}", _toml_text(output))


def _toml_list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(_toml_text(path) for path in paths) + "]"


def _toml_text(path: Path) -> str:
    # JSON's escapes are TOML's, but for surrogates, which TOML cannot hold at all.
    return json.dumps(str(path), ensure_ascii=False)
