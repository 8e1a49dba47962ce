"""How a trial ended and whether its job ends, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bayescore.config import LocalSettings
from bayescore.engine.outcome import judge_job, judge_trial
from bayescore.engine.trial_run import tail_of
from bayescore.i18n import Text, text
from bayescore.store import CurveRecord, EndForecast, Job, JobState, StopCause, Trial, TrialState
from bayescore.trials.runners import Exit
from support.builders import a_submission

RUN_SINCE = "2026-01-01T00:00:00"
SUCCEEDED, FAILED, CANCELLED, LOST = (
    TrialState.SUCCEEDED,
    TrialState.FAILED,
    TrialState.CANCELLED,
    TrialState.LOST,
)


def a_job(max_trials: int = 10, **local: object) -> Job:
    return Job(
        seq=1,
        id="abc",
        submission=a_submission(local=LocalSettings.model_validate(local)),
        state=JobState.RUNNING,
        reason=None,
        max_trials=max_trials,
        run_since=RUN_SINCE,
        created_at=RUN_SINCE,
        ended_at=None,
    )


def a_trial(
    number: int, state: TrialState, *, code: int | None = None, before_this_run: bool = False
) -> Trial:
    if code is None:
        code = {SUCCEEDED: 0, FAILED: 1}.get(state)
    day = "2025-12-31" if before_this_run else "2026-01-02"
    return Trial(
        id=number,
        job="abc",
        number=number,
        attempt=1,
        state=state,
        reason=text("Exit code {code}.", code=code) if state is FAILED else None,
        exit_code=code if state.ended else None,
        origin="random",
        parameters={"x": 0.5},
        value=1.0 if state is SUCCEEDED else None,
        gpus=(),
        handle=None,
        token="",
        created_at=RUN_SINCE,
        started_at=None,
        ended_at=f"{day}T00:{number:02}:00" if state.ended else None,
    )


def some_trials(states: Sequence[TrialState]) -> list[Trial]:
    """Trials that ended in the order of their numbers."""
    return [a_trial(number, state) for number, state in enumerate(states, 1)]


# ---- a trial


@pytest.mark.parametrize(
    ("ended", "value", "state", "reason"),
    [
        (Exit(0), 0.5, SUCCEEDED, None),
        (Exit(0), float("nan"), SUCCEEDED, None),
        (Exit(0), None, FAILED, "It ended without reporting the metric “score”."),
        (Exit(3), 0.5, FAILED, "Exit code 3."),
        (Exit(3), None, FAILED, "Exit code 3."),
        (Exit(-9), 0.5, FAILED, "Ended by SIGKILL."),
        (Exit(-15), 0.5, FAILED, "Ended by SIGTERM."),
        (Exit(139), 0.5, FAILED, "Ended by SIGSEGV."),  # a shell or a container adds 128
        (Exit(255), 0.5, FAILED, "Exit code 255."),
        (Exit(-200), 0.5, FAILED, "Exit code -200."),
        (Exit(137, out_of_memory=True), 0.5, FAILED, "It ran out of memory."),
        (Exit(-15, timed_out=True), 0.5, FAILED, "It ran longer than 60 s."),
        (Exit(0, timed_out=True), 0.5, FAILED, "It ran longer than 60 s."),
        (Exit(137, out_of_memory=True, timed_out=True), 0.5, FAILED, "It ran longer than 60 s."),
        (Exit(None), 0.5, LOST, "Its program disappeared, so its exit code is unknown."),
        (Exit(None), None, LOST, "Its program disappeared, so its exit code is unknown."),
        (Exit(None, gone_with="node-7"), 0.5, LOST, "Its node node-7 left the cluster."),
    ],
)
def test_that_a_trial_is_judged_by_its_exit_and_its_objective(
    ended: Exit, value: float | None, state: TrialState, reason: str | None
) -> None:
    job = a_job(trial_timeout=60)
    verdict = judge_trial(ended, value, job, stopped=False, unkept=False, log_tail="", curve=CurveRecord())
    assert verdict.state is state
    assert (verdict.reason.render("en") if verdict.reason else None) == reason
    assert verdict.value is value


@pytest.mark.parametrize(
    "ended", [Exit(0), Exit(-15), Exit(3), Exit(None), Exit(None, gone_with="b"), Exit(137, True)]
)
def test_that_a_stopped_trial_is_cancelled_however_it_ended(ended: Exit) -> None:
    verdict = judge_trial(
        ended, 0.5, a_job(), stopped=True, unkept=True, log_tail="Traceback", curve=CurveRecord()
    )
    assert (verdict.state, verdict.reason, verdict.value) == (CANCELLED, None, None)


FORECAST = EndForecast(7, 30, 0.8123, 0.0213, 0.78, 0.84, 0.93, 0.004)


@pytest.mark.parametrize(
    "ended", [Exit(0), Exit(-15), Exit(3), Exit(None), Exit(None, gone_with="b"), Exit(-15, timed_out=True)]
)
@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        (
            CurveRecord(FORECAST, StopCause.HOPELESS, 7),
            "Stopped at step 7 of about 30: expected to end at 0.8123 ± 0.021; the best is 0.93; "
            "chance to beat it 0.4 %.",
        ),
        (
            CurveRecord(replace(FORECAST, chance=1e-9), StopCause.HOPELESS, 7),
            "Stopped at step 7 of about 30: expected to end at 0.8123 ± 0.021; the best is 0.93; "
            "chance to beat it < 0.1 %.",
        ),
        (
            CurveRecord(None, StopCause.DIVERGED, 3),
            "Stopped at step 3: “score” is no longer a finite number.",
        ),
        (CurveRecord(None, StopCause.BUDGET), "Stopped because the time of the job was used up."),
    ],
)
def test_that_a_trial_whose_stop_is_stored_is_stopped_early_however_it_ended(
    ended: Exit, stopped: bool, curve: CurveRecord, reason: str
) -> None:
    verdict = judge_trial(ended, 0.5, a_job(), stopped=stopped, unkept=True, log_tail="Trace", curve=curve)
    assert (verdict.state, verdict.value) == (TrialState.STOPPED_EARLY, 0.5)
    assert verdict.reason is not None
    assert verdict.reason.render("en") == reason


@pytest.mark.parametrize(
    ("ended", "value", "state"),
    [
        (Exit(0), None, LOST),  # the missing value may be among those that were not stored
        (Exit(0), 0.5, SUCCEEDED),
        (Exit(1), None, FAILED),
    ],
)
def test_that_a_trial_is_lost_only_if_its_objective_may_be_among_reports_that_were_not_stored(
    ended: Exit, value: float | None, state: TrialState
) -> None:
    assert (
        judge_trial(ended, value, a_job(), stopped=False, unkept=True, log_tail="", curve=CurveRecord()).state
        is state
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "Exit code 1. Its last lines: ValueError: x"),
        (-9, "Ended by SIGKILL. Its last lines: ValueError: x"),
    ],
)
def test_that_the_reason_of_a_failure_quotes_the_end_of_the_log(code: int, reason: str) -> None:
    verdict = judge_trial(
        Exit(code), None, a_job(), stopped=False, unkept=False, log_tail="ValueError: x", curve=CurveRecord()
    )
    assert verdict.reason is not None
    assert verdict.reason.render("en") == reason


# ---- a job

NOT_YET = None


@pytest.mark.parametrize(
    ("states", "end"),
    [
        ([], NOT_YET),
        ([SUCCEEDED, SUCCEEDED], NOT_YET),
        ([SUCCEEDED, SUCCEEDED, SUCCEEDED, TrialState.RUNNING], NOT_YET),
        ([SUCCEEDED, SUCCEEDED, SUCCEEDED, TrialState.STARTING], NOT_YET),
        ([SUCCEEDED, SUCCEEDED, SUCCEEDED, TrialState.PENDING], NOT_YET),
        ([SUCCEEDED] * 4, JobState.SUCCEEDED),
        ([FAILED, FAILED, CANCELLED, SUCCEEDED], JobState.SUCCEEDED),
        ([SUCCEEDED, LOST, LOST, LOST], JobState.SUCCEEDED),
        ([CANCELLED] * 4, JobState.CANCELLED),
        ([LOST] * 4, JobState.FAILED),
        ([CANCELLED, CANCELLED, CANCELLED, FAILED], JobState.FAILED),
    ],
)
def test_that_a_job_ends_when_all_its_trials_have_ended(
    states: list[TrialState], end: JobState | None
) -> None:
    found = judge_job(a_job(max_trials=4), some_trials(states), metric_seen=True, exhausted=None)
    assert (found.state if found else None) is end


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([FAILED, FAILED], NOT_YET),
        ([FAILED] * 3, "The first 3 trials have failed. Trial 3: Exit code 1."),
        ([CANCELLED, FAILED, LOST, FAILED, FAILED], "The first 3 trials have failed. Trial 5: Exit code 1."),
        ([FAILED, FAILED, SUCCEEDED, FAILED, FAILED], NOT_YET),
        ([SUCCEEDED] + [FAILED] * 4, NOT_YET),
        ([SUCCEEDED] + [FAILED] * 5, "5 trials in a row have failed. Trial 6: Exit code 1."),
        (
            [SUCCEEDED] + [FAILED] * 4 + [CANCELLED, FAILED],
            "5 trials in a row have failed. Trial 7: Exit code 1.",
        ),
        ([SUCCEEDED] + [FAILED] * 4 + [SUCCEEDED, FAILED], NOT_YET),
        # running trials do not keep a job alive whose trials fail
        ([FAILED] * 3 + [TrialState.RUNNING], "The first 3 trials have failed. Trial 3: Exit code 1."),
    ],
)
def test_that_a_job_fails_when_its_first_three_or_five_in_a_row_have(
    states: list[TrialState], reason: str | None
) -> None:
    found = judge_job(a_job(), some_trials(states), metric_seen=True, exhausted=None)
    assert (found.reason.render("en") if found and found.reason else None) == reason
    assert found is None or found.state is JobState.FAILED


@pytest.mark.parametrize(
    ("most", "states", "reason"),
    [
        (1, [SUCCEEDED], NOT_YET),
        (1, [SUCCEEDED, FAILED], "1 trial has failed. Trial 2: Exit code 1."),
        (2, [FAILED, SUCCEEDED], NOT_YET),
        (2, [FAILED, SUCCEEDED, FAILED], "2 trials have failed. Trial 3: Exit code 1."),
        (6, [FAILED] * 5, NOT_YET),  # replaces the limits that hold without it
    ],
)
def test_that_max_failed_trials_is_the_only_limit_if_it_is_set(
    most: int, states: list[TrialState], reason: str | None
) -> None:
    job = a_job(max_failed_trials=most)
    found = judge_job(job, some_trials(states), metric_seen=True, exhausted=None)
    assert (found.reason.render("en") if found and found.reason else None) == reason


def test_that_failures_are_counted_in_the_order_in_which_trials_ended() -> None:
    found = [a_trial(1, FAILED), a_trial(3, FAILED), a_trial(2, SUCCEEDED), a_trial(4, FAILED)]
    assert judge_job(a_job(), found, metric_seen=True, exhausted=None) is None


def test_that_failures_of_an_earlier_run_do_not_count() -> None:
    earlier = [a_trial(number, FAILED, before_this_run=True) for number in (1, 2, 3)]
    assert judge_job(a_job(), earlier, metric_seen=True, exhausted=None) is None
    assert judge_job(a_job(), [*earlier, a_trial(4, FAILED)], metric_seen=True, exhausted=None) is None
    limited = a_job(max_failed_trials=1)
    assert judge_job(limited, earlier, metric_seen=True, exhausted=None) is None


@pytest.mark.parametrize(
    ("silent", "metric_seen", "end"),
    [
        (a_trial(1, FAILED, code=0), False, JobState.NO_METRIC),
        (a_trial(1, FAILED, code=0), True, NOT_YET),  # another trial reported it
        (a_trial(1, FAILED, code=1), False, NOT_YET),  # it may have failed before its first report
        (a_trial(1, CANCELLED, code=0), False, NOT_YET),
        (a_trial(1, LOST), False, NOT_YET),
        (a_trial(1, FAILED, code=0, before_this_run=True), False, NOT_YET),
    ],
)
def test_that_a_job_ends_without_metric_when_a_trial_exits_with_0_and_none_has_reported_it(
    silent: Trial, metric_seen: bool, end: JobState | None
) -> None:
    trials = [silent, a_trial(2, TrialState.RUNNING)]
    found = judge_job(a_job(), trials, metric_seen=metric_seen, exhausted=None)
    assert (found.state if found else None) is end


@pytest.mark.parametrize(
    ("states", "end"),
    [
        ([], JobState.EXHAUSTED),
        ([SUCCEEDED], JobState.EXHAUSTED),
        ([SUCCEEDED, FAILED], JobState.EXHAUSTED),
        ([SUCCEEDED, TrialState.RUNNING], NOT_YET),
        ([FAILED], JobState.FAILED),
        ([LOST], JobState.FAILED),
        ([CANCELLED], JobState.CANCELLED),
        ([SUCCEEDED] * 10, JobState.SUCCEEDED),  # as many as it was to have
    ],
)
def test_that_a_job_whose_search_is_exhausted_ends_with_its_last_trial(
    states: list[TrialState], end: JobState | None
) -> None:
    exhausted: Text = text("Every combination has been tried.")
    found = judge_job(a_job(), some_trials(states), metric_seen=True, exhausted=exhausted)
    assert (found.state if found else None) is end
    if end is JobState.EXHAUSTED:
        assert found is not None
        assert found.reason == exhausted


@pytest.mark.parametrize(
    ("log", "tail"),
    [
        (b"one\ntwo\n", "one\ntwo"),
        (b"x" * 3_000_000 + b" the end\n", "…" + "x" * 1991 + " the end"),
        ("字".encode() * 1000, "…" + "字" * 666),
        (b"first\n" + b"y" * 1999 + b"\n", "y" * 1999),
        (b"", ""),
    ],
)
def test_that_the_end_of_a_log_says_when_its_first_line_is_cut(tmp_path: Path, log: bytes, tail: str) -> None:
    (tmp_path / "log").write_bytes(log)
    assert tail_of(tmp_path / "log") == tail


STOPPED_EARLY = TrialState.STOPPED_EARLY


@pytest.mark.parametrize(
    ("states", "has_time", "end"),
    [
        ([SUCCEEDED, *[STOPPED_EARLY] * 9], True, JobState.SUCCEEDED),  # they count
        ([SUCCEEDED, *[STOPPED_EARLY] * 8], True, NOT_YET),
        ([SUCCEEDED, *[STOPPED_EARLY] * 5], True, NOT_YET),  # they are no failures
        ([STOPPED_EARLY] * 10, True, JobState.FAILED),
        ([SUCCEEDED, FAILED], False, JobState.SUCCEEDED),
        ([SUCCEEDED, TrialState.RUNNING], False, NOT_YET),
        ([STOPPED_EARLY], False, JobState.FAILED),
    ],
)
def test_that_stopped_trials_count_and_a_job_without_time_ends(
    states: list[TrialState], has_time: bool, end: JobState | None
) -> None:
    found = judge_job(a_job(), some_trials(states), metric_seen=True, exhausted=None, has_time=has_time)
    assert (found.state if found else None) is end


def test_that_the_reason_names_the_time_only_if_it_cost_a_trial() -> None:
    whole = some_trials([SUCCEEDED] * 10)
    cut = [*whole[:9], replace(a_trial(10, STOPPED_EARLY), curve=CurveRecord(None, StopCause.BUDGET))]
    for found, reason in ((whole, None), (cut, "The time of the job is used up.")):
        end = judge_job(a_job(), found, metric_seen=True, exhausted=None, has_time=False)
        assert end is not None
        assert (end.reason.render("en") if end.reason else None) == reason
