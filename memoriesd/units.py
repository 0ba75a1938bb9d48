"""What systems want to be told in order to run the daemon: a unit, an agent, a task; as text."""

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from memoriesd.config import Config
from memoriesd.folders import Folders

UNIT = "memoriesd.service"
LABEL = "org.memoriesd.daemon"
"""Of the agent on macOS."""
TASK = "memoriesd"
"""Of the task on Windows."""

BESIDE_INDEXING_MB = 1024
"""What the daemon, clustering and rendering may take beside the limit of indexing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is to be run, and what it may do."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    writes: tuple[Path, ...]
    """All folders that it writes to; everything else is read."""
    memory_mb: int
    needs_network: bool
    """With a cluster; else it has none."""
    needs_devices: bool
    """With an accelerator that was named: its driver needs devices, and compiles."""


def service_of(
    folders: Folders, config: Config, command: Sequence[str], environment: Mapping[str, str]
) -> Service:
    """The daemon of a library as a service."""
    return Service(
        command=tuple(command),
        environment=environment,
        writes=(folders.data, config.output.folder),
        memory_mb=config.index.memory_limit_mb + BESIDE_INDEXING_MB,
        needs_network=bool(config.index.scheduler),
        needs_devices=config.models.device not in ("auto", "cpu"),
    )


_HARDENING = """\
NoNewPrivileges=yes
PrivateUsers=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectProc=invisible
ProcSubset=all
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
KeyringMode=private
"""

_NO_DEVICES = """\
PrivateDevices=yes
MemoryDenyWriteExecute=yes
"""

_NO_NETWORK = """\
PrivateNetwork=yes
IPAddressDeny=any
RestrictAddressFamilies=AF_UNIX
"""

_NETWORK = """\
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
"""


def systemd_unit(service: Service) -> str:
    """A hardened unit for a person's own systemd.

    Media folders, like all the rest, can only be read: it is not asked of the program but held by
    the kernel. A wrong configuration, catalog or second daemon does not become right by starting
    again, so that those exit codes do not. A process that takes all memory is ended alone, and its
    file told as not read. How far jobs step back (``nice``) is left to them. READY comes when the
    catalog was brought up to date and all folders are watched, which may take long.
    """
    environment = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in service.environment.items()
    )
    paths = "".join(f"ReadWritePaths={_quoted('-' + str(path))}\n" for path in service.writes)
    return (
        "[Unit]\n"
        "Description=Short movies from your photographs\n"
        "\n"
        "[Service]\n"
        "Type=notify\n"
        f"ExecStart={' '.join(_quoted(word) for word in service.command)}\n"
        f"{environment}"
        "Restart=on-failure\n"
        "RestartSec=30\n"
        "RestartPreventExitStatus=2 3 4 5\n"
        "WatchdogSec=180\n"
        "TimeoutStartSec=infinity\n"
        "TimeoutStopSec=10\n"
        "IOSchedulingClass=idle\n"
        "CPUWeight=20\n"
        f"MemoryMax={service.memory_mb}M\n"
        "OOMPolicy=continue\n"
        "TasksMax=128\n"
        f"{paths}"
        f"{_HARDENING}"
        f"{'' if service.needs_devices else _NO_DEVICES}"
        f"{_NETWORK if service.needs_network else _NO_NETWORK}"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def _quoted(word: str) -> str:
    """A word as systemd reads it back: percent signs and dollars are its own."""
    inside = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{inside}"'


def launchd_agent(service: Service, log_file: Path) -> bytes:
    """An agent for macOS; the program itself rotates its log."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": [*service.command, "--log-file", str(log_file)],
            "EnvironmentVariables": dict(service.environment),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 30,
            "ProcessType": "Background",
            "LowPriorityIO": True,
        }
    )


def windows_task(service: Service, log_file: Path, account: str) -> str:
    r"""A task for the Windows Task Scheduler that runs while the person is logged on.

    Parameters
    ----------
    account : str
        ``DOMAIN\name`` of the person. Without it the task would begin when anybody logs on,
        which is for administrators to ask.
    """
    words = [*service.command, "--log-file", str(log_file)]
    arguments = " ".join(f'"{word}"' for word in words[1:])
    user = escape(account)
    below_normal = 7
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        "  <Triggers><LogonTrigger><Enabled>true</Enabled>"
        f"<UserId>{user}</UserId></LogonTrigger></Triggers>\n"
        f'  <Principals><Principal id="Author"><UserId>{user}</UserId>'
        "<LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>\n"
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n"
        f"    <Priority>{below_normal}</Priority>\n"
        "    <RestartOnFailure><Interval>PT1M</Interval><Count>10</Count></RestartOnFailure>\n"
        "  </Settings>\n"
        '  <Actions Context="Author"><Exec>'
        f"<Command>{escape(words[0])}</Command><Arguments>{escape(arguments)}</Arguments>"
        "</Exec></Actions>\n"
        "</Task>\n"
    )
