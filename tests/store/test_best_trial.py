"""The figures that lists show agree with the functions of the results."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Goal
from bayescore.results import best
from bayescore.store import Database, DataFolder, JobFigures, jobs, trials
from support.builders import a_submission

VALUES = st.one_of(st.none(), st.sampled_from([0.0, 1.0, -1.0, math.inf, -math.inf, math.nan]), st.floats())
STATES = st.sampled_from(["succeeded", "failed", "running", "cancelled"])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(DataFolder(Path(tmp_path_factory.mktemp("store")))).open()


@given(found=st.lists(st.tuples(STATES, VALUES), max_size=12), goal=st.sampled_from(Goal))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_the_figures_of_a_job_agree_with_its_trials(
    database: Database, found: list[tuple[str, float | None]], goal: Goal
) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        for number, (state, value) in enumerate(found, 1):
            trial = trials.add(connection, job.id, number, {"x": 0.5}, "random")
            connection.exec_driver_sql(
                "UPDATE trials SET state = ?, value = ? WHERE id = ?", (state, value, trial.id)
            )
    with database.read() as connection:
        all_trials = trials.of_job(connection, job.id)
        figures = trials.figures(connection, [job.id]).get(job.id, JobFigures())
        assert trials.figures(connection).get(job.id, JobFigures()) == figures
    winner = best(all_trials, goal)
    assert figures.best(goal) == (winner.value if winner else None)
    assert figures.ended == sum(t.state.ended for t in all_trials)
    assert figures.failed == sum(t.state == "failed" for t in all_trials)
