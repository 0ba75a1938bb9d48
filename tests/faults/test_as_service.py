"""What the systemd unit asks of the kernel, done without systemd: that it holds."""

import json
import sys
from pathlib import Path

from tests.faults.ward import Ward

HELD = frozenset(
    [
        "AmbientCapabilities",
        "CapabilityBoundingSet",
        "MemoryDenyWriteExecute",
        "MemoryMax",
        "Nice",
        "NoNewPrivileges",
        "PrivateDevices",
        "PrivateNetwork",
        "PrivateTmp",
        "PrivateUsers",
        "ProtectClock",
        "ProtectControlGroups",
        "ProtectHome",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "ProtectSystem",
        "ReadWritePaths",
        "RestrictAddressFamilies",
        "RestrictNamespaces",
        "SystemCallArchitectures",
        "SystemCallErrorNumber",
        "SystemCallFilter",
    ]
)
"""What `as_service.py` does, or ``unshare --user --net``. Without capabilities nobody can set the
clock or load modules. MemoryMax holds for each process instead of for all together."""

NOT_HELD = frozenset(
    [
        "CPUWeight",
        "IOSchedulingClass",
        "IPAddressDeny",
        "KeyringMode",
        "LockPersonality",
        "OOMPolicy",
        "ProcSubset",
        "ProtectHostname",
        "ProtectProc",
        "RemoveIPC",
        "RestrictRealtime",
        "RestrictSUIDSGID",
        "TasksMax",
    ]
)
"""What systemd alone does, or in ways of its own."""

OF_RUNNING = frozenset(
    [
        "Type",
        "ExecStart",
        "Restart",
        "RestartSec",
        "RestartPreventExitStatus",
        "WatchdogSec",
        "TimeoutStartSec",
        "TimeoutStopSec",
    ]
)
"""What a unit tells of when it runs, and not of what it may do."""

PROBE = """
import ctypes, json, mmap, os, resource, socket, sys
from pathlib import Path

def refused(act):
    try:
        act()
    except OSError as error:
        return error.strerror
    return ""

top, libc = Path(sys.argv[1]), ctypes.CDLL(None, use_errno=True)
def unshare():
    if libc.unshare(0x20000):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
tried = {
    "root": lambda: (top / "roots" / "made").touch(),
    "program": lambda: os.open(json.__file__, os.O_WRONLY),
    "system": lambda: os.open("/etc/passwd", os.O_WRONLY),
    "kernel": lambda: os.open("/proc/sys/vm/swappiness", os.O_WRONLY),
    "home": lambda: (top / "home" / "made").touch(),
    "movies": lambda: (top / "movies" / "made").touch(),
    "own tmp": lambda: Path("/tmp/made").touch(),
    "network": lambda: socket.socket(socket.AF_INET),
    "socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "namespace": unshare,
    "owner": lambda: os.chown(top / "home", 0, 0),
    "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
}
print(json.dumps({
    "memory_bytes": resource.getrlimit(resource.RLIMIT_DATA)[0],
    "refused": {name: refused(act) for name, act in tried.items()},
    "tmp": sorted({path.parts[2] for path in Path("/tmp").glob("*")}),
    "devices": sorted(os.listdir("/dev")),
    "status": Path("/proc/self/status").read_text(),
}))
"""


def test_restrictions_of_the_unit_hold(ward: Ward) -> None:
    top = ward.library.home.parent

    done = ward.run(sys.executable, "-c", PROBE, str(top))

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["refused"] == {
        **dict.fromkeys(("root", "program", "system", "kernel"), "Read-only file system"),
        **dict.fromkeys(("home", "movies", "own tmp", "socket"), ""),
        **dict.fromkeys(("network", "namespace", "owner"), "Operation not permitted"),
        "code": "Permission denied",
    }
    ours = (top, Path(__file__).parents[2], Path(sys.prefix))
    assert set(told["tmp"]) == {"made"} | {path.parts[2] for path in ours if path.parts[1] == "tmp"}
    assert told["devices"] == ["fd", "full", "null", "random", "shm", "urandom", "zero"]
    assert f"MemoryMax={told['memory_bytes'] >> 20}M" in ward.unit
    status = dict(line.split(":\t") for line in told["status"].splitlines())
    assert {status[name].strip("0") for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_no_restriction_of_the_unit_is_overlooked(ward: Ward) -> None:
    service = ward.unit.partition("[Service]")[2].partition("[Install]")[0]
    names = {line.partition("=")[0] for line in service.split("\n") if line}

    assert names - HELD - NOT_HELD - OF_RUNNING == set()
