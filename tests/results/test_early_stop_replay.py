"""What early stopping would have saved: a job whose trials are replayed on a simulated clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bayescore.config import EarlyStopping, LocalSettings
from bayescore.results.early_stop_replay import MOST_VERDICTS, Replay, ReplayWatcher
from bayescore.results.replay_report import ReplayReport, replay_json, replay_report
from bayescore.search.curves import Curve, CurveState, CurveVerdict, StopReason
from bayescore.store import Database, DataFolder, Job, JobState, TrialState
from support.timed_jobs import Ran, a_timed_job


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(DataFolder(tmp_path)).open()
    yield opened
    opened.close()


def stop_if(condition: Callable[[Curve], bool]) -> Callable[..., CurveVerdict]:
    """A rule that stops each trial whose curve fulfils a condition."""

    def judge(
        _space: Any, _goal: Any, curves: Sequence[Curve], index: int, *_rest: Any, **_more: Any
    ) -> CurveVerdict:
        assert curves[index].state is CurveState.RUNNING
        return CurveVerdict(stop=StopReason.HOPELESS if condition(curves[index]) else None)

    return judge


def low(curve: Curve) -> bool:
    return curve.steps[-1] >= 2 and curve.values[-1] < 0.5


def replayed(database: Database, job: Job, judge: Callable[..., CurveVerdict]) -> Replay:
    report = replay_report(database, job, judge=judge)
    assert report is not None
    assert report.replay is not None
    return report.replay


def said(database: Database, job: Job, judge: Callable[..., CurveVerdict] = stop_if(low)) -> str:
    report = replay_report(database, job, judge=judge)
    assert report is not None
    return str(report.text)


GOOD, BAD = [0.6, 0.7, 0.8, 0.9], [0.1, 0.1, 0.1, 0.1]


def test_that_without_a_stop_the_simulated_job_takes_as_long_as_the_real_one(database: Database) -> None:
    ran = [Ran(0, 100, GOOD), Ran(1, 50, GOOD), Ran(57, 200, GOOD), Ran(103, 150, GOOD), Ran(151, 160, GOOD)]
    found = replayed(database, a_timed_job(database, *ran), stop_if(lambda _: False))
    assert found.seconds == found.seconds_stopping == 200
    assert found.trial_seconds == found.trial_seconds_stopping == 348
    assert found.stopped == ()
    assert found.best is not None
    assert found.keeps_best


def test_that_a_stopped_trial_frees_its_slot_for_the_next_one(database: Database) -> None:
    """Two at a time: trial 2 stops at its second of four reports, and what follows moves forward."""
    ran = [Ran(0, 1000, GOOD), Ran(0, 400, BAD), Ran(410, 810, BAD), Ran(810, 1210, GOOD)]
    found = replayed(database, a_timed_job(database, *ran), stop_if(low))
    assert found.stopped == (2, 3)
    # trial 3 waits 10 s for its slot as it did, runs from 210 to 410, and trial 4 from 410 to 810
    assert found.seconds == 1210
    assert found.seconds_stopping == 1000
    assert found.trial_seconds - found.trial_seconds_stopping == 400


def test_that_the_time_in_which_no_trial_ran_is_left_out(database: Database) -> None:
    ran = [Ran(0, 100, GOOD), Ran(90_000, 90_100, BAD), Ran(200_000, 200_100, GOOD)]
    found = replayed(database, a_timed_job(database, *ran), stop_if(low))
    assert found.seconds == 300
    assert found.seconds_stopping == 250


def test_that_a_slot_that_was_used_later_is_not_used_before(database: Database) -> None:
    """The job ran one trial at a time, and two at a time after it was continued."""
    ran = [Ran(0, 100, GOOD), Ran(100, 200, BAD), Ran(200, 300, GOOD), Ran(210, 310, GOOD)]
    found = replayed(database, a_timed_job(database, *ran), stop_if(low))
    assert found.seconds_stopping == 260


def test_that_the_rule_sees_only_what_was_known_at_the_moment(database: Database) -> None:
    """Trial 1 is judged at 50, when trial 2 has failed; trial 3 at 150, when trial 1 has succeeded."""
    seen: list[tuple[int, list[tuple[CurveState, tuple[float, ...]]]]] = []

    def judge(
        _space: Any, _goal: Any, curves: Sequence[Curve], index: int, *_rest: Any, **_more: Any
    ) -> CurveVerdict:
        seen.append((index, [(c.state, c.values) for c in curves]))
        return CurveVerdict()

    failed = Ran(0, 40, [0.3], TrialState.FAILED)
    job = a_timed_job(database, Ran(0, 100, [0.1, 0.2]), failed, Ran(100, 200, [0.5, 0.6]))
    replayed(database, job, judge)
    running, whole, cut = CurveState.RUNNING, CurveState.WHOLE, CurveState.CUT
    assert seen == [
        (0, [(running, (0.1,)), (cut, (0.3,))]),
        (2, [(whole, (0.1, 0.2)), (cut, (0.3,)), (running, (0.5,))]),
    ]


def test_that_a_long_job_is_judged_at_a_limited_number_of_reports(database: Database) -> None:
    """And the rule learns which report of a trial it has judged before."""
    judged: dict[float, list[int]] = {}
    seen_since: dict[float, list[int]] = {}

    def judge(
        _space: Any, _goal: Any, curves: Sequence[Curve], index: int, *_rest: Any, since: int
    ) -> CurveVerdict:
        x = float(str(curves[index].parameters["x"]))
        judged.setdefault(x, []).append(curves[index].steps[-1])
        seen_since.setdefault(x, []).append(since)
        return CurveVerdict()

    ran = [Ran(100 * i, 100 * i + 100, [0.5] * 400) for i in range(25)]
    replayed(database, a_timed_job(database, *ran), judge)
    assert MOST_VERDICTS // 2 < sum(map(len, judged.values())) <= MOST_VERDICTS
    assert len(judged) == 25
    assert all(seen_since[x] == [0, *steps[:-1]] for x, steps in judged.items())


def test_that_a_replay_reports_its_progress_up_to_the_end(database: Database) -> None:
    shown: list[tuple[int, int]] = []
    job = a_timed_job(database, Ran(0, 100, GOOD), Ran(100, 200, BAD))
    watcher = ReplayWatcher(lambda done, total: shown.append((done, total)))
    replay_report(database, job, watcher, stop_if(low))
    assert shown == [(1, 6), (2, 6), (3, 6), (4, 6), (6, 6)]


def test_that_a_cancelled_replay_ends_before_the_next_verdict(database: Database) -> None:
    verdicts: list[int] = []

    def judge(*_arguments: Any, **_more: Any) -> CurveVerdict:
        verdicts.append(1)
        return CurveVerdict()

    job = a_timed_job(database, Ran(0, 100, GOOD))
    watcher = ReplayWatcher(cancelled=lambda: len(verdicts) == 2)
    assert replay_report(database, job, watcher, judge) is None
    assert len(verdicts) == 2


def test_that_the_built_in_rule_stops_a_trial_that_diverges(database: Database) -> None:
    diverging = [0.5] + [math.nan] * 9
    job = a_timed_job(database, Ran(0, 1000, diverging, TrialState.FAILED), Ran(1000, 2000, GOOD))
    report = replay_report(database, job)
    assert report is not None
    assert report.replay is not None
    assert report.replay.stopped == (1,)
    assert report.replay.seconds_stopping < 2000


HOUR = 3600.0


@pytest.mark.parametrize(
    ("ran", "condition", "sentence"),
    [
        (
            [Ran(0, 4 * HOUR, GOOD), Ran(4 * HOUR, 8 * HOUR, BAD)],
            low,
            "Early stopping would have ended this job after 6 h 0 min instead of 8 h 0 min, with the same "
            "best trial.",
        ),
        (
            [Ran(0, 600, [0.4, 0.4, 0.4, 0.95]), Ran(600, 630, GOOD)],
            low,
            "Early stopping would have ended this job after 5 min 30 s instead of 10 min, but it would have "
            "stopped the best trial: the best would be trial 2 with 0.9, not trial 1 with 0.95.",
        ),
        (
            [Ran(0, 40, BAD)],
            low,
            "Early stopping would have ended this job after 20 s instead of 40 s, but it would have stopped "
            "each trial that succeeded.",
        ),
        (
            [Ran(0, 40, BAD, TrialState.FAILED)],
            low,
            "Early stopping would have ended this job after 20 s instead of 40 s.",
        ),
        (
            [Ran(0, 40, GOOD), Ran(40, 80, GOOD)],
            low,
            "Early stopping would have stopped none of the 2 trials of this job.",
        ),
        (
            [Ran(0, 40, [0.5]), Ran(40, 80, [0.6])],
            low,
            "No trial of this job has reported “score” more than once: early stopping needs a report after "
            "each epoch.",
        ),
    ],
)
def test_that_the_sentence_says_what_is_saved_or_lost(
    database: Database, ran: list[Ran], condition: Callable[[Curve], bool], sentence: str
) -> None:
    assert said(database, a_timed_job(database, *ran), stop_if(condition)) == sentence


def test_that_a_job_that_runs_is_not_replayed(database: Database) -> None:
    job = a_timed_job(database, Ran(0, 40, GOOD), ended=JobState.RUNNING)
    assert said(database, job) == "What early stopping would have saved is known when the job has ended."


def test_that_a_job_with_early_stopping_says_what_it_has_saved(database: Database) -> None:
    local = LocalSettings(early_stopping=EarlyStopping())
    stopped = Ran(100, 140, BAD, TrialState.STOPPED_EARLY)
    job = a_timed_job(database, Ran(0, 100, GOOD), stopped, Ran(100, 200, GOOD), local=local)
    assert said(database, job) == "1 of 3 trials was stopped early: 1 min 0 s saved (estimate)."
    quiet = a_timed_job(database, Ran(0, 100, GOOD), local=local)
    assert said(database, quiet) == "Early stopping was on, and has stopped no trial of this job."


def test_that_the_figures_are_json_in_seconds(database: Database) -> None:
    job = a_timed_job(database, Ran(0, 100, [0.4, 0.4, 0.4, 0.95]), Ran(100, 200, GOOD))
    report = replay_report(database, job, judge=stop_if(low))
    assert isinstance(report, ReplayReport)
    assert replay_json(report) == {
        "text": str(report.text),
        "seconds": 200.0,
        "seconds_with_early_stopping": 150.0,
        "trial_seconds": 200.0,
        "trial_seconds_with_early_stopping": 150.0,
        "trials": 2,
        "stopped": [1],
        "best": {"trial": 1, "value": 0.95},
        "best_with_early_stopping": {"trial": 2, "value": 0.9},
    }
