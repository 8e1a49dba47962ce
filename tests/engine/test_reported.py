"""The objective as the store finds it is the objective of all that was reported."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Goal, LocalSettings, ObjectiveRule
from bayescore.engine.outcome import objective
from bayescore.engine.reported import reported_objective
from bayescore.store import Database, DataFolder, NewPoints, Trial, jobs, points, trials
from bayescore.store.points import PointWriter
from support.builders import a_submission

VALUES = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.7976931348623157e308])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Database(DataFolder(tmp_path_factory.mktemp("home"))).open()
    yield made
    made.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    values=st.lists(VALUES, max_size=6),
    earlier=st.lists(VALUES, max_size=2),
    rule=st.sampled_from(list(ObjectiveRule)),
    goal=st.sampled_from(list(Goal)),
)
def test_that_it_is_the_same_from_the_store_and_from_the_values(
    database: Database, values: list[float], earlier: list[float], rule: ObjectiveRule, goal: Goal
) -> None:
    with database.write() as connection:
        submission = a_submission(local=LocalSettings(objective=rule))
        config = submission.config.model_copy(
            update={"hyper_tuning": submission.config.hyper_tuning.model_copy(update={"goal": goal})}
        )
        job = replace(jobs.add(connection, submission), submission=replace(submission, config=config))
        trial = replace(trials.add(connection, job.id, 1, {}, "random"), attempt=2)
        batch = [NewPoints(job.seq, trial.id, 1, tuple((job.metric, v) for v in earlier))]
        batch += [NewPoints(job.seq, trial.id, 2, ((job.metric, v), ("other", 1e9))) for v in values]
        PointWriter().append(connection, batch)
        found = reported_objective(connection, job, trial)
        recent = reported_objective(connection, job, trial, newest=3)
    assert _same(found, objective(values, goal, rule))
    assert _same(recent, objective(values[-3:], goal, rule))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))


def test_that_a_metric_that_any_trial_has_reported_is_known(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path)).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        other = jobs.add(connection, a_submission())
        made: list[Trial] = [trials.add(connection, job.id, n, {}, "random") for n in (1, 2)]
        assert not points.is_reported(connection, job.id, "score")
        PointWriter().append(connection, [NewPoints(job.seq, made[1].id, 1, (("score", 1.0), ("a", 2.0)))])
        assert points.is_reported(connection, job.id, "score")
        assert not points.is_reported(connection, other.id, "score")
        assert not points.is_reported(connection, job.id, "loss")
        assert points.names_of(connection, made[1]) == ({"score", "a"}, set())
        assert points.names_of(connection, made[0]) == (set(), set())
    database.close()
