"""Looks at the files named on the command line as indexing does, one line of JSON for each."""

import json
import resource
import sys
import time
from pathlib import Path

from indexer.errors import UnreadableMediaError
from indexer.media.metadata.read import read_metadata
from indexer.media.photo import read_photo, upright_size
from indexer.media.probe import MediaKind, recognise
from indexer.media.video import probe_video, sample_frames


def look_at(path: Path) -> tuple[str, tuple[int, int]]:
    """Outcome, and the upright size if there is one."""
    try:
        return _looked_at(path)
    except UnreadableMediaError as error:
        return f"failed: {error}", (0, 0)


def _looked_at(path: Path) -> tuple[str, tuple[int, int]]:
    fmt = recognise(path)
    if fmt is None:
        return "no media", (0, 0)
    if fmt.kind is MediaKind.VIDEO:
        info = probe_video(path)
        n_frames = sum(1 for _ in sample_frames(path, every_s=1.0, max_side_px=1280))
        return ("indexed" if n_frames else "no frame"), (info.width, info.height)
    metadata = read_metadata(path, fmt.name, mtime=0.0, container_tags={}, siblings=frozenset())
    size = upright_size(path, fmt, metadata.orientation)
    pixels = read_photo(path, fmt, exif_orientation=metadata.orientation, max_side_px=1280)
    shape = pixels.shape[1], pixels.shape[0]
    scale = max(size) / max(shape)
    is_alike = all(abs(a * scale - b) <= scale for a, b in zip(shape, size, strict=True))
    # A RAW file's preview may be cropped a little.
    return ("indexed" if is_alike or fmt.name == "raw" else f"aspect of {shape}"), size


def peak_mb() -> float:
    """Most memory so far; Linux counts that of the parent into ``ru_maxrss`` after a fork."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [row for row in status.read_text().splitlines() if row.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    for name in sys.argv[1:]:
        started_s = time.process_time()
        outcome, size = look_at(Path(name))
        facts = {
            "outcome": outcome,
            "size": size,
            "cpu_s": time.process_time() - started_s,
            "peak_mb": peak_mb(),
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
