"""A job that asks for more trials at a time than the machine has places is reported before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.place_findings import place_findings
from bayescore.app.queueing import parse_places, store_places
from bayescore.config import LocalSettings
from bayescore.store import Database, DataFolder


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bayescore.queue.places.cores", lambda: 4)


@pytest.mark.parametrize(
    ("at_a_time", "local", "runner", "room"),
    [
        (4, {}, "process", None),
        (5, {}, "docker", 4),
        (3, {"cpus": 2.0}, "docker", 2),
        (2, {"cpus": 16.0}, "docker", 1),
        (4, {"cpus": 0.5}, "docker", None),
        (9, {}, "ray", None),
        (1, {"cpus": 16.0}, "docker", None),
    ],
)
def test_that_the_room_follows_from_cores_and_cpus(
    tmp_path: Path, at_a_time: int, local: dict[str, float], runner: str, room: int | None
) -> None:
    found = list(place_findings(at_a_time, LocalSettings(gpus="none", **local), runner, tmp_path))  # type: ignore[arg-type]
    assert [f"only {room} run" in str(finding.message) for finding in found] == [True] * (room is not None)


def test_that_a_number_of_places_that_the_user_sets_counts_trials(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path)).open()
    local = LocalSettings(gpus="none", cpus=4.0)
    try:
        store_places(database, parse_places("3"))
        (found,) = place_findings(4, local, "docker", tmp_path)
        assert "3 trials run at a time instead of 4" in str(found.message)
        assert list(place_findings(3, local, "docker", tmp_path)) == []
        store_places(database, parse_places("auto"))
        (found,) = place_findings(3, local, "docker", tmp_path)
        assert "only 1 runs" in str(found.message)
    finally:
        database.close()
