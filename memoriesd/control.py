"""Talking to the running daemon: one JSON line there, one back, over a local socket.

Where the system has no such sockets (Windows) the socket's file holds a port of this machine and
a secret instead. Either file can be read by its owner alone.
"""

import contextlib
import hmac
import json
import logging
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from memoriesd.folders import make_private

log = logging.getLogger(__name__)

Answer = Mapping[str, Any]
Handler = Callable[[str], Answer]
"""Given what is asked (``status``, ``pause`` ...), what to answer; ``ValueError`` if unknown."""

LONGEST_REQUEST_BYTES = 4096
PATIENCE_S = 0.5
"""How long one client may take to ask; they are served one after the other."""

STOP_LOOK_S = 0.2
"""How often the thread looks whether it is to end."""

LONGEST_ADDRESS_BYTES = 100
"""The kernel's limit is 108 on Linux and 104 on macOS, with the closing zero."""

HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")


@contextlib.contextmanager
def serve(path: Path, handle: Handler, *, unix: bool = HAS_UNIX_SOCKETS) -> Iterator[None]:
    """Answer requests in a thread for the time of a ``with``.

    The caller holds the daemon's lock, so a socket that lies there is a stale one.
    """
    make_private(path.parent)
    path.unlink(missing_ok=True)
    listener, secret = _listen_unix(path) if unix else _listen_port(path)
    stop = threading.Event()
    thread = threading.Thread(
        target=_answer_all, args=(listener, secret, handle, stop), name="control"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        listener.close()
        path.unlink(missing_ok=True)


def ask(path: Path, what: str, *, timeout_s: float = 2.0) -> dict[str, Any] | None:
    """The daemon's answer; None where no daemon answers.

    Raises
    ------
    ValueError
        If it does not know what is asked.
    """
    try:
        with _connect(path) as (connection, secret):
            connection.settimeout(timeout_s)
            line = json.dumps({"do": what, "secret": secret}).encode() + b"\n"
            connection.sendall(line)
            with connection.makefile("rb") as reader:
                answer: dict[str, Any] = json.loads(reader.readline())
    except (OSError, json.JSONDecodeError):
        return None
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer


def _listen_unix(path: Path) -> tuple[socket.socket, str]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _address(path) as address:
            listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(8)
    return listener, ""


def _listen_port(path: Path) -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    secret = secrets.token_hex(16)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]} {secret}")
    return listener, secret


@contextlib.contextmanager
def _connect(path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A connection to the daemon and the secret that it wants to hear."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE_S)
            with _address(path) as address:
                connection.connect(address)
            yield connection, ""
        return
    port, _, secret = path.read_text(encoding="ascii").partition(" ")
    if not port.isdigit():
        raise ConnectionRefusedError
    with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE_S) as connection:
        yield connection, secret


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """What the kernel is told to bind or find: a link of a moment where the path is too long.

    A shorter place for the socket itself would not do: daemon and command may have different
    temporary folders (a service has one of its own).
    """
    if len(os.fsencode(path)) <= LONGEST_ADDRESS_BYTES:
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "run"
        link.symlink_to(path.parent, target_is_directory=True)
        yield str(link / path.name)


def _answer_all(
    listener: socket.socket, secret: str, handle: Handler, stop: threading.Event
) -> None:
    listener.settimeout(STOP_LOOK_S)
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        except OSError as error:  # no descriptor left, or the client went before its turn
            log.warning("a request was not heard: %s", error)
            stop.wait(STOP_LOOK_S)
            continue
        with connection, contextlib.suppress(OSError):  # the client went, or came to no end
            answer = _answer(_read_request(connection), secret, handle)
            connection.settimeout(PATIENCE_S)
            connection.sendall(json.dumps(answer).encode() + b"\n")


def _read_request(connection: socket.socket) -> bytes:
    """What a client asks; its patience is for the whole, as it may come byte after byte."""
    end = time.monotonic() + PATIENCE_S
    received = b""
    while b"\n" not in received and len(received) < LONGEST_REQUEST_BYTES:
        connection.settimeout(max(0.001, end - time.monotonic()))
        more = connection.recv(LONGEST_REQUEST_BYTES)
        if not more:
            break
        received += more
    return received


def _answer(line: bytes, secret: str, handle: Handler) -> Answer:
    """The answer to a request, whatever was sent."""
    try:
        request = json.loads(line)
        if not isinstance(request, dict) or not isinstance(request.get("do"), str):
            return {"error": 'a request looks like this: {"do": "status"}'}
        if not hmac.compare_digest(str(request.get("secret", "")).encode(), secret.encode()):
            return {"error": "the secret is wrong"}
        return handle(request["do"])
    except (ValueError, RecursionError) as error:
        return {"error": f"not understood: {error}"}
