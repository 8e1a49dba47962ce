"""Suggestions: prefetched while trials run, and learned from earlier jobs."""

from __future__ import annotations

import threading
from dataclasses import replace

from bayescore.engine.search_worker import SearchWorker
from bayescore.engine.suggester import Suggester
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bayescore.store import Job, Trial, TrialState, jobs, trials
from support.builders import FILE, a_submission
from support.workspace import Workspace, wait_until

BAYESIAN = FILE.replace("Random", "Bayesian").replace("max_job_count: 10", "max_job_count: 40")


def a_running_job(workspace: Workspace, ended: int) -> tuple[Job, list[Trial]]:
    """A job with so many trials that have succeeded and one that runs."""
    database = workspace.database()
    with database.write() as connection:
        job = jobs.add(connection, a_submission(BAYESIAN))
        for number in range(1, ended + 2):
            trial = trials.add(connection, job.id, number, {"x": number / 50}, "model")
            trial = trials.move(connection, trial, TrialState.STARTING)
            trial = trials.move(connection, trial, TrialState.RUNNING, handle="none")
            if number <= ended:
                trials.move(connection, trial, TrialState.SUCCEEDED, value=number / 7)
        return job, trials.of_job(connection, job.id)


def test_that_a_prefetched_suggestion_is_there_at_once_and_is_the_same(
    workspace: Workspace,
) -> None:
    job, existing = a_running_job(workspace, 12)
    answered = threading.Event()
    worker = SearchWorker(answered.set)
    suggester = Suggester(workspace.database(), worker)
    running = existing[-1]
    assert suggester.prefetch(job, existing, {running.number: 2.5})
    assert answered.wait(60)
    ended = [*existing[:-1], replace(running, state=TrialState.SUCCEEDED, value=2.5)]
    taken = suggester.take(job, ended)
    space = SearchSpace(job.config.hyper_tuning.parameter_specs)
    seen = [Observation(t.parameters, Outcome.FINISHED, t.value) for t in ended]
    assert taken == suggest(space, job.config.hyper_tuning.goal, seen, job.submission.seed, 14)

    otherwise = [*existing[:-1], replace(running, state=TrialState.SUCCEEDED, value=-3.0)]
    assert suggester.take(job, otherwise) is None  # not prefetched: it is being computed
    wait_until(lambda: suggester.take(job, otherwise), "no suggestion")
    worker.close()


def test_that_a_job_learns_from_trials_in_which_a_tuned_parameter_was_fixed(workspace: Workspace) -> None:
    count = {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 900}
    unit = {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0}
    workspace.write(specs=[unit], root={"parameters": {"n": 300}}, max_job_count=11, parallel_count=4)
    first = workspace.tune()
    workspace.write(specs=[unit, count], algorithm="Bayesian", max_job_count=1)
    second = workspace.tune("--history", first["id"])
    assert [t["origin"] for t in second["trials"]] == ["model"]


def test_that_a_job_for_another_objective_is_no_history(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    first = workspace.tune()
    workspace.write(hyperparameter_metric="loss")
    refused = workspace.run("gear", "run", "hypertuning", "--history", first["id"])
    assert refused.code == 2
    assert f"{first['id']} optimises “score”, but this job optimises" in refused.err
