"""Trials on a simulated clock, whatever their times were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.results.objective_series import TimedCurve
from bayescore.results.simulated_job import SimulatedJob, SimulatedTrial
from bayescore.store import Trial, TrialState

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200)), min_size=1, max_size=25)


def trial(number: int, start: float, seconds: float) -> Trial:
    began, ended = (BEGAN + timedelta(seconds=s) for s in (start, start + seconds))
    return Trial(
        id=number,
        job="job",
        number=number,
        attempt=1,
        state=TrialState.SUCCEEDED,
        reason=None,
        exit_code=0,
        origin="random",
        parameters={"x": number},
        value=1.0,
        gpus=(),
        handle=None,
        token="",
        created_at="",
        started_at=began.isoformat(),
        ended_at=ended.isoformat(),
    )


def simulated(sevenths: Sequence[tuple[int, int]], reports: int = 4) -> SimulatedJob:
    """A job whose trials had these starts and durations, in units that are rounded; with evenly spaced reports."""
    times = [(start / 7, seconds / 7) for start, seconds in sevenths]
    found = [trial(number, start, seconds) for number, (start, seconds) in enumerate(times, 1)]
    curves = {
        each.id: TimedCurve(
            tuple(range(1, reports + 1)),
            (0.5,) * reports,
            tuple(BEGAN.timestamp() + start + seconds * (i + 0.3) / reports for i in range(reports)),
        )
        for each, (start, seconds) in zip(found, times, strict=True)
    }
    return SimulatedJob(found, curves, most=10_000)


def most_at_a_time(spans: Sequence[tuple[float, float]]) -> int:
    """The largest number of trials that run at a time; one may begin when another ends."""
    lasting = [(start, end) for start, end in spans if end - start > 0.01]  # some are stopped at once
    changes = sorted([(start + 0.005, 1) for start, _ in lasting] + [(end, -1) for _, end in lasting])
    most = running = 0
    for _moment, change in changes:
        running += change
        most = max(most, running)
    return most


@given(TIMES)
def test_that_without_a_stop_every_trial_runs_when_it_really_did(times: list[tuple[int, int]]) -> None:
    job = simulated(times)
    moments = []
    counts: Counter[int] = Counter()
    for judged, moment in job.reports():
        moments.append(moment)
        counts[judged.trial.number] += 1
        curve = judged.curve_at(moment)
        assert curve is not None
        assert len(curve.steps) == counts[judged.trial.number]
    assert moments == sorted(moments)
    assert job.reports_done == job.report_count == len(moments)
    for each in job.trials:
        assert each.start == pytest.approx(each.real_start, abs=1e-3)
        assert each.end == pytest.approx(each.real_start + each.seconds, abs=1e-3)


@given(TIMES, st.sets(st.integers(1, 25)), st.integers(1, 3))
def test_that_stops_save_time_and_need_no_more_slots(
    times: list[tuple[int, int]], hopeless: set[int], step: int
) -> None:
    job = simulated(times)
    for judged, moment in job.reports():
        curve = judged.curve_at(moment)
        assert curve is not None
        if judged.trial.number in hopeless and curve.steps[-1] >= step:
            judged.stop(moment)
    assert len(job.begun) == len(job.trials)
    for each in job.trials:
        assert each.end - each.start <= each.seconds + 1e-3
        assert not each.is_stopped or each.trial.number in hopeless
    real = [(each.real_start, each.real_start + each.seconds) for each in job.trials]
    assert most_at_a_time([(each.start, each.end) for each in job.trials]) <= most_at_a_time(real)


def test_that_a_report_that_was_stored_after_the_end_counts_at_the_end() -> None:
    curve = TimedCurve((1, 2), (0.1, 0.2), (BEGAN.timestamp() + 5, BEGAN.timestamp() + 99))
    late = SimulatedTrial(trial(1, 0, 10), curve, 0.0)
    assert late.due_reports() == [0]
    shown = late.curve_at(10.0)
    assert shown is not None
    assert (shown.steps, str(shown.state)) == ((1, 2), "whole")
