"""Nine movies of one memory, three themes by three lengths, each checked as a file.

    python benchmarks/movies.py [--home DIR --config FILE --memory ID] [--today DAY]
                                [--out DIR] [--json]

Without ``--home`` a library is made with the maker of ../shared, and its largest memory taken. A
given home is copied first, so that nothing in it changes. Loudness is measured by pyloudnorm, which
is not what the movies are mastered with; the plan is the storyboard as the catalog keeps it. Cuts
are those that the file's pictures show: the largest change at a hard cut, the middle of what a
transition changes. They are held to the plan's beats and to those tracked in the file's own sound.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyloudnorm
from indexing import configured, expect_success, need_shared
from library import MEMORIESD, make_library
from numpy.typing import NDArray

from composer.critique.pictures import thumbs, watched
from composer.storyboard.brief import RANGES_S, Length
from composer.storyboard.codec import from_json
from composer.storyboard.model import Storyboard
from memoriesd.measured import run_measured
from music.beats import track_beats

THEMES = ("chill", "gentle", "uplifting")
SEED = 1
RATE_HZ = 48_000
SOUND_TOLERANCE_S = 0.020
LUFS = -16.0
LUFS_TOLERANCE = 0.5
BEAT_TOLERANCE_S = 0.045
LEAST_ON_TRACKED_BEATS = 0.95
"""As the tracker itself is judged by, on click tracks."""
BT709, LIMITED = 1, 1
MADE_LIBRARY = argparse.Namespace(seed=1, people=12, items=600)
MADE_TODAY = "2024-01-15"


def main() -> int:
    """Make the movies and check them; exit code 1 where a check fails."""
    args = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        environment, memory = source(args, Path(scratch))
        out = args.out or Path(scratch) / "nine"
        today = args.today or (
            datetime.now().astimezone().date().isoformat() if args.home else MADE_TODAY
        )
        movies = [
            one_movie(environment, memory, theme, length, out, today)
            for length in Length
            for theme in THEMES
        ]
    if args.json:
        print(json.dumps({"memory": memory, "today": today, "movies": movies}))
    else:
        show(movies)
    return 0 if all(not movie["wrong"] for movie in movies) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, help="a MEMORIESD_HOME that has memories")
    parser.add_argument("--config", type=Path, help="its configuration file")
    parser.add_argument("--memory", type=int, help="by default the one with most items")
    parser.add_argument("--today", help="the day that the movies are made on")
    parser.add_argument("--out", type=Path, help="a folder to keep the movies in")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if (args.home is None) != (args.config is None):
        parser.error("--home and --config belong together")
    return args


def source(args: argparse.Namespace, scratch: Path) -> tuple[dict[str, str], int]:
    """The environment of a catalog with memories, and the memory to take."""
    if args.home:
        skipped = shutil.ignore_patterns("*.lock", "*.sock")
        shutil.copytree(args.home, scratch / "home", ignore=skipped)
        environment = os.environ | {
            "MEMORIESD_CONFIG": str(args.config.absolute()),
            "MEMORIESD_HOME": str(scratch / "home"),
            "XDG_RUNTIME_DIR": str(scratch),
        }
    else:
        need_shared()
        made = make_library(scratch / "made", MADE_LIBRARY)
        environment = configured(scratch, made / "library")
        for words in (["index"], ["cluster"], ["memories"]):
            day = [] if words == ["cluster"] else ["--today", MADE_TODAY]
            call([*words, *day], environment)
    return environment, args.memory or largest_memory(environment)


def call(words: list[str], environment: Mapping[str, str]) -> bytes:
    """Run a command of ours; what it printed."""
    command = [*MEMORIESD, *words]
    return subprocess.run(command, env=dict(environment), check=True, capture_output=True).stdout


def largest_memory(environment: Mapping[str, str]) -> int:
    """The memory with most items that may be made."""
    memories = json.loads(call(["export", "--json"], environment))["memories"]
    ready = [memory for memory in memories if memory["state"] in ("ready", "made", "released")]
    if not ready:
        sys.exit("the catalog has no memory: run memoriesd memories first")
    return int(max(ready, key=lambda memory: len(memory["items"]))["id"])


def one_movie(  # noqa: PLR0913, RUF100 - what a movie is made of and where it goes
    environment: Mapping[str, str], memory: int, theme: str, length: Length, out: Path, today: str
) -> dict[str, Any]:
    """Make a movie and tell its facts and what is wrong with it."""
    options = ["--theme", theme, "--length", length, "--seed", str(SEED), "--today", today]
    words = ["compose", str(memory), *options, "--out", str(out), "--json"]
    cost = run_measured([*MEMORIESD, *words], environment)
    expect_success(cost)
    path = Path(json.loads(cost.output)["movies"][0]["path"])
    board = json.loads(call(["storyboard", "show", str(path), "--json"], environment))
    facts = facts_of(path, board)
    return {
        "theme": theme,
        "length": str(length),
        **facts,
        "cpu_s_a_second": round(cost.cpu_s / facts["duration_s"], 2),
        "peak_mb": cost.peak_mb,
        "wrong": list(wrong(facts, length)),
    }


def facts_of(path: Path, board: Mapping[str, Any]) -> dict[str, Any]:
    """What a file is, beside its plan."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or 0)
        n_frames = sum(1 for _ in container.decode(stream))
        context = stream.codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace)
        tagged = tags == (BT709,) * 3 and context.color_range == LIMITED
    sound = decoded_sound(path)
    duration_s = n_frames / fps
    return {
        "duration_s": round(duration_s, 4),
        "planned_s": round(board["n_frames"] / board["fps"], 4),
        "fps": fps,
        "n_frames": n_frames,
        "n_planned": board["n_frames"],
        "sound_off_ms": round(1000 * abs(len(sound) / RATE_HZ - duration_s), 1),
        "lufs": round(float(pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound)), 2),
        **beat_facts(path, board, sound),
        "is_bt709": tagged,
        "is_faststart": boxes_in_order(path),
    }


def decoded_sound(path: Path) -> NDArray[np.float32]:
    """The whole sound, float32[n, 2] at 48 kHz."""
    resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE_HZ)
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray().reshape(-1, 2) for part in resampler.resample(frame)]
    return np.concatenate(parts).astype(np.float32)


def beat_facts(path: Path, board: Mapping[str, Any], sound: NDArray[np.float32]) -> dict[str, Any]:
    """How far the cuts that should be on beats are from them, as seen and heard in the file."""
    cuts = np.array(list(seen_cuts_s(path, from_json(json.dumps(board))))).reshape(-1, 2)
    seen_s, known_to_s = cuts.T
    far_s = distances_s(seen_s, board["beats_s"])
    heard_s = distances_s(seen_s, track_beats(sound, RATE_HZ).times_s)
    is_heard = heard_s <= np.maximum(BEAT_TOLERANCE_S, known_to_s)
    return {
        "n_cuts": len(board["shots"]) - 1,
        "n_on_beat": len(cuts),
        "n_off_beat": int((far_s > known_to_s + 1e-6).sum()),
        "beat_off_frames": round(float(far_s.max(initial=0.0)) * board["fps"], 1),
        "n_on_tracked_beats": int(is_heard.sum()),
    }


def seen_cuts_s(path: Path, board: Storyboard) -> Iterator[tuple[float, float]]:
    """When the file shows the cuts that the plan says are on beats, and how well that is known.

    A hard cut to a frame; of a transition the middle of all that changes, to a tenth of its length.
    """
    jumps = watched(thumbs(path, board), board).jumps
    for shot in board.shots[1:]:
        n_frames = shot.transition.n_frames
        reach = n_frames // 2 or board.fps // 4
        first = shot.start_frame - reach
        near = jumps[first : shot.start_frame + reach]
        middle = np.average(np.arange(len(near)), weights=near) if n_frames else np.argmax(near)
        if shot.on_beat:
            yield (first + middle) / board.fps, max(1, n_frames / 10) / board.fps


def distances_s(cuts_s: NDArray[np.float64], beats_s: Sequence[float]) -> NDArray[np.float64]:
    """From each cut to the nearest beat; infinite without beats."""
    beats = np.array([-np.inf, *beats_s])
    return np.asarray(np.abs(cuts_s[:, np.newaxis] - beats).min(axis=1))


def boxes_in_order(path: Path) -> bool:
    """Whether the index of an MP4 comes before its data, so that it plays while it loads."""
    names = list(top_boxes(path))
    return names.index(b"moov") < names.index(b"mdat")


def top_boxes(path: Path) -> Iterator[bytes]:
    """Names of an MP4's outermost boxes (ISO 14496-12, 4.2)."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, header = int.from_bytes(head[:4], "big"), 8
            if size == 1:
                size, header = int.from_bytes(file.read(8), "big"), 16
            yield head[4:]
            if size == 0:
                return
            file.seek(size - header, os.SEEK_CUR)


def wrong(facts: Mapping[str, Any], length: Length) -> Iterator[str]:
    """What a movie fails at."""
    shortest_s, longest_s = RANGES_S[length]
    checks = {
        "length out of its range": shortest_s <= facts["duration_s"] <= longest_s,
        "not as long as planned": abs(facts["n_frames"] - facts["n_planned"]) <= 1,
        "frames that do not decode": facts["n_frames"] == facts["n_planned"],
        "sound and pictures differ in length": facts["sound_off_ms"] <= 1000 * SOUND_TOLERANCE_S,
        "a cut misses its beat": facts["n_off_beat"] == 0,
        "cuts are not on the beats that are heard": facts["n_on_tracked_beats"]
        >= LEAST_ON_TRACKED_BEATS * facts["n_on_beat"],
        "loudness": abs(facts["lufs"] - LUFS) <= LUFS_TOLERANCE,
        "colour tags": facts["is_bt709"],
        "not faststart": facts["is_faststart"],
    }
    return (name for name, fine in checks.items() if not fine)


def show(movies: list[dict[str, Any]]) -> None:
    """The table for people."""
    for movie in movies:
        print(
            f"{movie['theme']:<10} {movie['length']:<7} {movie['duration_s']:8.3f} s"
            f"  {movie['lufs']:7.2f} LUFS  sound off {movie['sound_off_ms']:5.1f} ms"
            f"  on beat {movie['n_on_beat']:2}/{movie['n_cuts']:2}"
            f" (off {movie['beat_off_frames']:.1f} frames;"
            f" {movie['n_on_tracked_beats']} on tracked beats)"
            f"  {movie['cpu_s_a_second']:5.2f} CPU s/s  {movie['peak_mb']:.0f} MB"
            f"  {', '.join(movie['wrong']) or 'ok'}"
        )


if __name__ == "__main__":
    sys.exit(main())
