"""Accelerators: networks run on one where its answers proved right, and on the CPU elsewhere.

Before a network is left to an accelerator, both compute known inputs and the answers are compared.
Providers do go wrong in silence: onnxruntime issue 32569 (Core ML, an output 13 % off), 21170
(Core ML, shifted at large free sizes). Whatever is refused or fails becomes a note and runs on the
CPU.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from indexer.models.golden import TOLERANCE, Planes, difference
from indexer.models.session import Session, open_session, start_session

log = logging.getLogger(__name__)

Start = Callable[[Path, str, Mapping[str, str]], Session]


class Device(StrEnum):
    """What computes, as ``[models] device`` says it."""

    AUTO = "auto"
    """The first accelerator of those that there are, or the CPU."""
    CPU = "cpu"
    COREML = "coreml"
    CUDA = "cuda"
    OPENVINO = "openvino"
    DIRECTML = "directml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An execution provider of onnxruntime that is an accelerator."""

    name: str
    called: str
    """In sentences."""
    settings: Mapping[str, str]
    comes_with: str
    """The package that has it."""


PROVIDERS: dict[Device, Provider] = {
    Device.COREML: Provider(
        name="CoreMLExecutionProvider",
        called="Core ML",
        settings={"ModelFormat": "MLProgram"},
        comes_with="onnxruntime on macOS",
    ),
    Device.CUDA: Provider(
        name="CUDAExecutionProvider",
        called="CUDA",
        # Pictures have ever-changing sizes: no search among algorithms for each, and no arena that
        # doubles at each request.
        settings={
            "cudnn_conv_algo_search": "HEURISTIC",
            "arena_extend_strategy": "kSameAsRequested",
        },
        comes_with="onnxruntime-gpu",
    ),
    Device.OPENVINO: Provider(
        name="OpenVINOExecutionProvider",
        called="OpenVINO",
        # Its own CPU plug-in would take all cores for each worker.
        settings={"device_type": "GPU"},
        comes_with="onnxruntime-openvino",
    ),
    Device.DIRECTML: Provider(
        name="DmlExecutionProvider",
        called="DirectML",
        settings={},
        comes_with="onnxruntime-directml",
    ),
}
"""In the order in which they are preferred.

Others of onnxruntime's are left out on purpose: ``AzureExecutionProvider`` (in every wheel) sends
what it computes to a server, TensorRT compiles for minutes at each new size.
"""

GIVE_UP_ERRORS = (
    ort_errors.DeviceReset,
    ort_errors.EPFail,
    ort_errors.EngineError,
    ort_errors.Fail,
    ort_errors.RuntimeException,
    RuntimeError,
)
"""What a provider raises that gives up; onnxruntime's own have no parent but Exception."""
START_ERRORS = (
    *GIVE_UP_ERRORS,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.NotImplemented,
    ValueError,
)
"""What a provider raises that cannot take a network."""


class RefusedError(Exception):
    """An accelerator is not trusted with a network; the message says why."""


class Accelerator:
    """Opens networks for a device, and remembers what came of it.

    Parameters
    ----------
    device : Device
        What the configuration asks for.
    available : sequence of str
        Names of the providers that this onnxruntime has.
    start : callable
        Loads a network for a provider with its settings.
    """

    def __init__(
        self,
        device: Device,
        available: Sequence[str] | None = None,
        start: Start = start_session,
    ) -> None:
        there = ort.get_available_providers() if available is None else available
        self._providers = [PROVIDERS[each] for each in candidates(device, there)]
        self._start = start
        self._notes: dict[str, None] = {}
        self._used: dict[str, None] = {}
        if not self._providers and device not in (Device.AUTO, Device.CPU):
            absent = PROVIDERS[device]
            self._note(
                f"[models] device: {absent.called} is not to be had here, the CPU computes instead;"
                f" it comes with {absent.comes_with}."
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """Why what runs on the CPU, in whole sentences; empty where all went as was asked."""
        return tuple(self._notes)

    @property
    def used(self) -> tuple[str, ...]:
        """What computes the networks that were opened, each named once."""
        return tuple(self._used)

    def open(self, path: Path) -> Session:
        """Load a network for the first accelerator that computes it as the CPU does, or the CPU.

        Raises
        ------
        ModelPackMissingError
            If the file is missing or is not a network that onnxruntime can read.
        """
        on_cpu = open_session(path)
        for provider in self._providers:
            try:
                session = trial(path, provider, on_cpu, self._start)
            except RefusedError as error:
                self._note(f"{path.name} is not left to {provider.called}: {error}.")
            else:
                self._used[provider.called] = None
                return Guarded(session, path, provider.called)
        self._used["CPU"] = None
        return on_cpu

    def _note(self, sentence: str) -> None:
        log.info("%s", sentence)
        self._notes[sentence] = None


class Guarded:
    """A session on an accelerator, which goes on on the CPU when the accelerator gives up.

    Drivers do so in the middle of a run: a laptop slept, a card was taken out, its memory is full.
    """

    def __init__(self, session: Session, path: Path, called: str) -> None:
        self._session = session
        self._path = path
        self._called: str | None = called
        """None once it has given up."""

    def run(self, names: Sequence[str] | None, feed: Mapping[str, Planes]) -> Any:
        """Outputs of the network, as onnxruntime's own session gives them."""
        if self._called is None:
            return self._session.run(names, feed)
        try:
            return self._session.run(names, feed)
        except GIVE_UP_ERRORS as error:
            log.warning(
                "%s gave up on %s, the CPU goes on: %s",
                self._called,
                self._path.name,
                first_line(error),
            )
        self._session, self._called = open_session(self._path), None
        return self._session.run(names, feed)

    def get_inputs(self) -> Any:
        """Names and shapes of the inputs."""
        return self._session.get_inputs()

    def get_outputs(self) -> Any:
        """Names and shapes of the outputs."""
        return self._session.get_outputs()

    def get_modelmeta(self) -> Any:
        """What the network's file tells of itself."""
        return self._session.get_modelmeta()

    def get_providers(self) -> Any:
        """Who computes, the first the one that was asked for."""
        return self._session.get_providers()


def candidates(device: Device, available: Sequence[str]) -> list[Device]:
    """The accelerators to be tried, the preferred first."""
    return [
        each
        for each, provider in PROVIDERS.items()
        if provider.name in available and device in (Device.AUTO, each)
    ]


def trial(path: Path, provider: Provider, on_cpu: Session, start: Start) -> Session:
    """A session of a provider whose answers were compared with the CPU's.

    Raises
    ------
    RefusedError
        If the provider does not start, fails, or answers otherwise.
    """
    try:
        session = start(path, provider.name, provider.settings)
        started = session.get_providers()[0] == provider.name
        gap = difference(session, on_cpu) if started else 0.0
    except START_ERRORS as error:
        raise RefusedError(f"it failed ({first_line(error)})") from error
    if not started:
        raise RefusedError("it did not start")
    if gap > 1.0:
        raise RefusedError(
            "its answers to known inputs are not the CPU's: off by"
            f" {TOLERANCE * gap:.0%} of the largest value, {TOLERANCE:.0%} is allowed"
        )
    return session


def first_line(error: Exception) -> str:
    """What an error says first."""
    return (str(error).splitlines() or [type(error).__name__])[0]
