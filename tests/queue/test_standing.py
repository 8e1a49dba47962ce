"""What the queue says of jobs of a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.config import LocalSettings
from bayescore.queue import Entry, Hold, Places, Why
from bayescore.queue.forecast import Work, begin_times
from bayescore.queue.standing import read_queue
from bayescore.store import Database, DataFolder, TrialState, free_gpus, trials
from bayescore.trials.gpus import Gpu
from support.stored_jobs import add_job

GPUS = [Gpu(index, f"GPU-{index}", "RTX", 2**34, 0, 0) for index in (0, 1)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(DataFolder(tmp_path)).open()
    yield made
    made.close()


def holds(database: Database) -> dict[str, Hold | None]:
    with database.read() as connection:
        return {each.job.submission.name: each.hold for each in read_queue(connection, GPUS).standings}


def test_that_a_job_is_said_to_wait_for_a_gpu_only_while_too_few_are_free(database: Database) -> None:
    add_job(database, name="new", local=LocalSettings(gpus="all"))
    add_job(database, name="cluster", runner="ray")
    assert holds(database) == {"new": None, "cluster": Hold(Why.CLUSTER)}
    with database.write() as connection:
        free_gpus.leave(connection, ["GPU-0"], free_gpus.ALWAYS, "")
    assert holds(database)["new"] is None
    job = add_job(database, TrialState.RUNNING, name="running", local=LocalSettings(gpus="all"))
    with database.write() as connection:
        trials.lease(connection, trials.of_job(connection, job.id)[0].id, ["GPU-1"])
    assert holds(database)["new"] == Hold(Why.GPU)
    with database.write() as connection:
        free_gpus.take_back(connection, ["GPU-0"], "")
    assert holds(database)["new"] is None


def test_that_no_begin_is_expected_of_a_job_whose_gpus_are_left_free(database: Database) -> None:
    add_job(database, name="job", local=LocalSettings(gpus=(0,)))
    with database.write() as connection:
        assert read_queue(connection, GPUS).standings[0].begins_at is not None
        free_gpus.leave(connection, ["GPU-0"], free_gpus.ALWAYS, "")
        (standing,) = read_queue(connection, GPUS).standings
    assert (standing.begins_at, standing.hold) == (None, Hold(Why.GPU))


def test_that_a_job_behind_thousands_of_trials_has_no_estimate() -> None:
    # to simulate them all would take too long for something that changes with every trial
    queue = [Entry("a", running=1, taken=1.0, last_turn=1), Entry("b", in_order=True)]
    works = {"a": Work(9000, 1, 60.0, (5.0,)), "b": Work(9000, 1, 60.0)}
    assert begin_times(queue, Places(1), works, 0) == {}
