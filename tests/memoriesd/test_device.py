"""What computes, as the configuration names it and as doctor and status tell it."""

import json
import typing
from pathlib import Path

import pytest

from indexer.catalog import jobs
from indexer.catalog.connection import Catalog, open_catalog
from indexer.models.accelerators import Device
from memoriesd.config import Config, Index, Models, parse_config
from memoriesd.doctor import Finding, Health, examine
from memoriesd.exits import ConfigError
from memoriesd.folders import Folders
from memoriesd.status import catalog_status

SHARED = Path(__file__).resolve().parents[3] / "shared"
PACKS = SHARED / "models" / "insightface"
NOW = "2026-05-06T08:00:00+00:00"


def device_of(folders: Folders, models: Models) -> Finding:
    findings = examine(folders, Config(models=models))
    return next(finding for finding in findings if finding.name == "device")


def test_setting_names_every_device_that_there_is() -> None:
    annotation = typing.get_type_hints(Models)["device"]

    assert set(typing.get_args(annotation)) == set(Device)


def test_doctor_tells_what_computes(folders: Folders) -> None:
    if not PACKS.is_dir():
        pytest.skip("needs the models of ../shared/models")

    finding = device_of(folders, Models(pack="insightface:scrfd500m_mobilefacenet", folder=PACKS))

    assert (finding.health, finding.found) == (Health.GOOD, "CPU")


def test_doctor_tells_of_a_device_that_is_not_there(folders: Folders) -> None:
    finding = device_of(folders, Models(device="directml"))

    assert finding.health is Health.WARNING
    assert "DirectML is not to be had here" in finding.found
    assert "[models] device" in finding.remedy


def test_status_repeats_the_notes_of_the_last_index() -> None:
    with open_catalog(":memory:") as catalog:
        done(catalog, "index", ["old"])
        done(catalog, "index", ["det.onnx is not left to CUDA: it did not start."])
        done(catalog, "cluster", ["another job's"])

        told = catalog_status(catalog)["notes"]

    assert told == ["det.onnx is not left to CUDA: it did not start."]


def test_status_of_an_empty_catalog_has_no_notes() -> None:
    with open_catalog(":memory:") as catalog:
        assert catalog_status(catalog)["notes"] == []


@pytest.mark.parametrize("address", ["", "tcp://10.0.0.2:8786", "tls://cluster.lan:8786"])
def test_scheduler_is_nobody_or_an_address(address: str) -> None:
    assert Index(scheduler=address).scheduler == address


@pytest.mark.parametrize("address", ["10.0.0.2:8786", "tcp://10.0.0.2", "http://x:80", "dask"])
def test_other_schedulers_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[index\] scheduler .* such as \"tcp://192"):
        parse_config({"index": {"scheduler": address}}, tmp_path / "config.toml")


def done(catalog: Catalog, kind: str, notes: list[str]) -> None:
    job_id = jobs.add_job(catalog, kind, {}, NOW)
    result = json.dumps({"exit_code": 0, "report": {"notes": notes}})
    jobs.finish_job(catalog, job_id, exit_code=0, result=result, now=NOW)
