"""Models that kill the process in which they are tried are used without the accelerator."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from indexer.chosen import ModelChoice
from indexer.models.accelerators import Device
from indexer.pipeline import ready_models
from indexer.workers import WorkerLostError


class DeadlyDriver(Executor):
    """Runs in place; whatever does not ask for the CPU dies."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if args[0].device is Device.CPU:
            future.set_result(fn(*args))
        else:
            future.set_exception(WorkerLostError("its reader died (SIGSEGV)"))
        return future


class Dead(Executor):
    """Whatever it is given dies."""

    def submit(self, _fn: Callable[..., Any], /, *_args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(WorkerLostError("its reader died"))
        return future


def choice(device: Device) -> ModelChoice:
    return ModelChoice(pack="insightface:none", folder=None, scenes=None, device=device)


def test_driver_that_kills_its_process_is_left_for_the_cpu_with_a_note() -> None:
    models, safe = ready_models(DeadlyDriver(), choice(Device.CUDA))

    assert safe == choice(Device.CPU)
    (note,) = models.device_notes
    assert "[models] device = 'cuda'" in note
    assert "SIGSEGV" in note


def test_cpu_that_dies_is_an_error() -> None:
    with pytest.raises(WorkerLostError):
        ready_models(Dead(), choice(Device.CPU))
