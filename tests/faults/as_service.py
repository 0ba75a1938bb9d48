"""Does what a systemd unit asks of the kernel, where no systemd runs; then becomes a command.

Called as ``as_service.py mounts PLAN COMMAND...`` in a mount namespace of its own, and then as
``as_service.py rights PLAN COMMAND...``, since what mounts must have rights. The plan is JSON;
:func:`plan_of` makes it of a unit's text.
"""

import ctypes
import errno
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_NO_NEW_PRIVILEGES, _NO_EXECUTABLE_WRITES, _DROP_CAPABILITY = 38, 65, 24
_BIND_ALL = 0x5000
_MOUNT_SETATTR, _RECURSIVE, _HERE, _READ_ONLY = 442, 0x8000, -100, 1
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NOT_EQUAL, _EQUAL, _MASKED_EQUAL = 1, 4, 7
_NAMESPACES = 0x7E020080
"""The flags of ``clone`` that make namespaces."""
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}

_libc = ctypes.CDLL(None, use_errno=True)


def plan_of(unit: str, top: Path, seen: Path) -> dict[str, Any]:
    """What is to be done for a unit.

    Parameters
    ----------
    top : Path
        The library's folder, which is there though it may lie below ``/tmp``; so are ourselves.
    seen : Path
        A folder for what watches the service, which can be written to as well.
    """
    told: dict[str, list[str]] = {}
    for line in unit.splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting:
            told.setdefault(name, []).append(value)
    writes = [value.strip('"').removeprefix("-") for value in told["ReadWritePaths"]]
    return {
        "shown": [str(top), str(Path(__file__).parents[2]), sys.prefix],
        "writes": [*writes, str(seen)],
        "memory_bytes": int(told["MemoryMax"][0].removesuffix("M")) << 20,
        "nice": int(told.get("Nice", "0")[0]),
        "families": [_FAMILIES[name] for name in told["RestrictAddressFamilies"][0].split()],
        "calls": sorted(_allowed_calls(told["SystemCallFilter"])),
    }


def _allowed_calls(filters: Iterable[str]) -> set[str]:
    """The system calls that lists of ``@groups`` leave; a list with a tilde takes away."""
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    groups: dict[str, list[str]] = {}
    name = ""
    for line in listed.splitlines():
        if line.startswith("@"):
            name = line.strip()
        elif name and line.startswith("    ") and not line.strip().startswith("#"):
            groups.setdefault(name, []).append(line.strip())

    def calls(word: str) -> set[str]:
        return set().union(*map(calls, groups[word])) if word in groups else {word}

    allowed = calls("@default")
    for words in filters:
        meant = set().union(*map(calls, words.removeprefix("~").split()))
        allowed = allowed - meant if words.startswith("~") else allowed | meant
    return allowed


def mounts(plan: Mapping[str, Any]) -> None:
    """Have everything but some folders be read-only, with ``/tmp`` and ``/dev`` of our own."""
    hidden = [path for path in plan["shown"] if path.startswith(("/tmp/", "/var/tmp/"))]
    kept = {path: os.open(path, os.O_PATH) for path in (*hidden, *_DEVICES)}
    for folder in ("/tmp", "/var/tmp", "/dev"):
        _check(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, None), folder)
    for folder in hidden:
        Path(folder).mkdir(parents=True, exist_ok=True)
    for device in _DEVICES:
        Path(device).touch()
    for path, descriptor in kept.items():
        _bind(f"/proc/self/fd/{descriptor}", path)
        os.close(descriptor)
    Path("/dev/fd").symlink_to("/proc/self/fd")
    Path("/dev/shm").mkdir()
    for folder in (*plan["writes"], "/proc/sys"):
        _bind(folder, folder)
    _set_attributes("/", _RECURSIVE, put=_READ_ONLY)
    for folder in ("/tmp", "/var/tmp", "/dev", "/proc", *plan["writes"]):
        _set_attributes(folder, 0, clear=_READ_ONLY)


def _bind(source: str, target: str) -> None:
    _check(_libc.mount(source.encode(), target.encode(), None, _BIND_ALL, None), target)


def _set_attributes(path: str, flags: int, *, put: int = 0, clear: int = 0) -> None:
    attributes = (ctypes.c_uint64 * 4)(put, clear, 0, 0)
    size = ctypes.sizeof(attributes)
    done = _libc.syscall(_MOUNT_SETATTR, _HERE, path.encode(), flags, attributes, size)
    _check(done, path)


def rights(plan: Mapping[str, Any]) -> None:
    """Give up all that the service does without."""
    os.nice(plan["nice"])
    resource.setrlimit(resource.RLIMIT_DATA, (plan["memory_bytes"],) * 2)
    capability = 0
    while _libc.prctl(_DROP_CAPABILITY, capability, 0, 0, 0) == 0:
        capability += 1
    for what in (_NO_NEW_PRIVILEGES, _NO_EXECUTABLE_WRITES):
        _check(_libc.prctl(what, 1, 0, 0, 0), f"prctl {what}")
    _filter_calls(plan["calls"], plan["families"])


class _Comparison(ctypes.Structure):
    """``struct scmp_arg_cmp``."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("one", ctypes.c_uint64),
        ("other", ctypes.c_uint64),
    )


def _filter_calls(calls: Iterable[str], families: Iterable[int]) -> None:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(_REFUSE | errno.EPERM))

    def add(action: int, call: str, *tests: _Comparison) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # the others belong to other processors
            each = (_Comparison * len(tests))(*tests)
            _check(library.seccomp_rule_add_array(rules, action, number, len(tests), each), call)

    for call in sorted(set(calls) - {"socket", "clone", "clone3", "unshare", "setns"}):
        add(_ALLOW, call)
    add(_ALLOW, "clone", _Comparison(0, _MASKED_EQUAL, _NAMESPACES, 0))
    add(_REFUSE | errno.ENOSYS, "clone3")  # its flags are out of a filter's sight
    for family in families:
        add(_ALLOW, "socket", _Comparison(0, _EQUAL, family, 0))
    _check(library.seccomp_load(rules), "seccomp")


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno() or -result
        raise OSError(number, os.strerror(number), what)


STAGES: dict[str, Callable[[Mapping[str, Any]], None]] = {"mounts": mounts, "rights": rights}


if __name__ == "__main__":
    STAGES[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    os.execvp(sys.argv[3], sys.argv[3:])
