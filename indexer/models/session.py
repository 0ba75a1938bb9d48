"""One way to run a network: onnxruntime on one thread, without telemetry, with bounded memory."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from indexer.errors import ModelPackMissingError

# onnxruntime's wheels for Linux report to their maker unless this is set before the import; the
# callers set it for their whole process, and this line makes sure of it for whoever forgot.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

Session = Any  # onnxruntime.InferenceSession, which has no type hints
OpenNetwork = Callable[[Path], Session]

CPU_PROVIDER = "CPUExecutionProvider"

# What damaged and foreign files raise, and whatever is refused memory; they have no parent but
# Exception.
NETWORK_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


_REFUSED = re.compile(r"available memory|allocate memory|bad.?alloc", re.IGNORECASE)
REASON_MOST = 200
"""Letters of what onnxruntime says; places in its own source follow."""


def open_session(network: Path | bytes) -> Session:
    """Load a network, a file or what would be in one, for the CPU.

    Raises
    ------
    ModelPackMissingError
        If the file is missing or is not a network that onnxruntime can read.
    """
    try:
        return start_session(network)
    except NETWORK_ERRORS as error:
        name = network.name if isinstance(network, Path) else "a network within another"
        reason = str(error).splitlines()[0]
        raise ModelPackMissingError(name, f"cannot be read ({reason})") from error


def is_refused_memory(error: Exception) -> bool:
    """Whether a network failed because the capped arena, or the system, gave it no memory."""
    return _REFUSED.search(str(error)) is not None


@contextlib.contextmanager
def running(name: str) -> Iterator[None]:
    """Tell what became of a network of this name that is run meanwhile.

    Raises
    ------
    MemoryError
        If it was refused memory.
    ModelPackMissingError
        If it fails in itself, as it would with every other picture.
    """
    try:
        yield
    except NETWORK_ERRORS as error:
        if is_refused_memory(error):
            raise MemoryError("the networks need more memory than a worker may take") from error
        reason = str(error).splitlines()[0][:REASON_MOST]
        raise ModelPackMissingError(name, f"does not run ({reason})") from error


def start_session(
    network: Path | bytes, provider: str = CPU_PROVIDER, settings: Mapping[str, str] | None = None
) -> Session:
    """Load a network for one of onnxruntime's execution providers.

    One thread, because the pipeline runs one worker per core. The memory pattern is off: with
    changing input shapes it keeps a plan and a block of memory for each of them; the arena stays,
    which levels off at once when shapes come from a short list.

    Parameters
    ----------
    network : Path or bytes
        The network's file, or what would be in one.
    provider : str
        Who computes; what it cannot is left to the CPU. One that does not start is left out
        without an error: see ``get_providers``.
    settings : mapping, optional
        The provider's own options.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.use_env_allocators", "1")  # that of cap_arena
    options.log_severity_level = 4  # it prints; what matters is raised as well
    providers = [(provider, dict(settings or {}))]
    if provider != CPU_PROVIDER:
        providers.append((CPU_PROVIDER, {}))
    # Without its own fallback, which would print to standard output and say nothing to us.
    given = network if isinstance(network, bytes) else os.fspath(network)
    return ort.InferenceSession(given, options, providers, enable_fallback=0)


def cap_arena(most_mb: int) -> None:
    """Let the networks that this process opens from here on share one arena of at most this size.

    To be called once, before the first network: onnxruntime takes a second call without a word and
    leaves the first one's cap in force. The arena grows in doubling steps, of which only what is
    used becomes resident; growing by what is asked holds half as much again after some shapes.
    """
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    settings = {"max_mem": most_mb << 20, "arena_extend_strategy": 0}
    ort.create_and_register_allocator(memory, ort.OrtArenaCfg(settings))


def content_id(path: Path, *, recipe: str) -> str:
    """Name of a network that changes with its content and with how its input is made.

    Parameters
    ----------
    path : Path
        The network's file.
    recipe : str
        Version of the preparation that goes with it, so that vectors of two preparations are
        told apart like vectors of two networks.

    Returns
    -------
    str
        The file's stem, a hyphen and ten hexadecimal digits; of the stem only letters, digits,
        dots, hyphens and underlines stay, since names are written side by side with commas.
    """
    digest = hashlib.sha256(recipe.encode() + b"\0" + path.read_bytes()).hexdigest()
    stem = re.sub(r"[^\w.-]", "_", path.stem)
    return f"{stem}-{digest[:10]}"
