"""What the window says of forecasts, of trials that were stopped early, and of what is left of a budget."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bayescore.config import EarlyStopping, LocalSettings
from bayescore.i18n import set_language
from bayescore.results import BudgetLeft, EarlyStops
from bayescore.store import CurveRecord, JobState, StopCause
from bayesdesk.models.chart_words import metric_words, objective_words, trial_words
from bayesdesk.models.comparison import best_rows
from bayesdesk.models.configuration import groups_of
from bayesdesk.models.early_stops import forecast_lines, percent_words
from bayesdesk.models.events import event_rows
from bayesdesk.models.expression import TrialWords, completions
from bayesdesk.models.filter import Brush, TrialFilter
from bayesdesk.models.forecast_band import band_of
from bayesdesk.models.header import header_of
from bayesdesk.models.job import JobModel
from bayesdesk.models.job_list import chance_lines, progress_share, short_line, status_line
from bayesdesk.models.offers import offers_for
from bayesdesk.models.snapshot import Budget, JobRow
from bayesdesk.models.table import TrialRows, column_names
from bayesdesk.models.trial import badge_of, severity_of, summary_of
from support.views import S, a_forecast, a_job, a_stopped_trial, a_summary, a_trial, a_view

SUCCEEDED, STOPPED, DIVERGED = a_trial(1, 0.9), a_stopped_trial(2, 0.5), a_stopped_trial(3, None)
RUNNING = a_trial(4, None, S.RUNNING, ended_at=None, curve=CurveRecord(a_forecast(0.8, chance=0.12)))
EACH = [SUCCEEDED, STOPPED, DIVERGED, RUNNING]
STOPPING = LocalSettings(early_stopping=EarlyStopping())
HOUR = 3600.0


# ---- the header and the lists of jobs


@pytest.mark.parametrize(
    ("stops", "words"),
    [
        (EarlyStops(0, 9, None), None),
        (EarlyStops(1, 1, None), "1 of 1 trial stopped early"),
        (EarlyStops(4, 9, 0.0), "4 of 9 trials stopped early"),
        (EarlyStops(38, 60, 20_400.0), "38 of 60 trials stopped early: 5 h 40 min saved (estimate)"),
    ],
)
def test_that_the_header_tells_what_early_stopping_has_saved(stops: EarlyStops, words: str | None) -> None:
    assert header_of(a_view(EACH, early_stops=stops)).stops == words


def test_that_a_stopped_trial_is_neither_failed_nor_the_best() -> None:
    best = a_stopped_trial(5, 99.0)
    view = a_view([*EACH, best])
    header = header_of(view)
    assert header.progress == "4 of 10 · 1 running"
    assert header.best == "0.9  #1"
    assert not header_of(a_view([STOPPED, DIVERGED], job=a_job(JobState.SUCCEEDED))).can_rerun_failed
    assert badge_of(view, best) == ("stopped early", "")
    assert [severity_of(t) for t in (best, a_trial(6, None, S.FAILED))] == ["hint", "error"]
    assert objective_words(view) == "Objective over 1 trial, best 0.9 at trial 1"
    counted = a_view(EACH, early_stops=EarlyStops(2, 3, None))
    assert objective_words(counted).endswith("; 2 of 3 trials stopped early")


@pytest.mark.parametrize(
    ("budget", "words", "nearest", "share"),
    [
        (Budget(8, None, BudgetLeft(7800.0, None)), "2 h 10 min of 8 h left", None, 0.729),
        (Budget(0.5, None, BudgetLeft(900.0, None)), "15 min of 30 min left", None, 0.5),
        (Budget(8, None, BudgetLeft(-20.0, None)), "0:00 of 8 h left", None, 1.0),
        (
            Budget(8, 16, BudgetLeft(6 * HOUR, 4 * HOUR)),
            "6 h 0 min of 8 h left · 4 h 0 min of 16 h left on GPUs",
            "4 h 0 min of 16 h left on GPUs",
            0.75,
        ),
    ],
)
def test_that_what_is_left_of_a_budget_is_shown_and_counts_as_progress(
    budget: Budget, words: str, nearest: str | None, share: float
) -> None:
    assert header_of(a_view(budget=budget)).budget == words
    row = JobRow(a_summary(), 1, None, 60.0, budget=budget)
    assert short_line(row) == (nearest or words)
    assert status_line(row) == f"1 of 10 · {nearest or words}"
    assert progress_share(row) == pytest.approx(share, abs=0.001)
    assert progress_share(replace(row, done=9)) == pytest.approx(max(share, 0.9), abs=0.001)
    assert progress_share(replace(row, done=4, budget=None)) == pytest.approx(0.4)


def test_that_the_tip_of_a_job_lists_the_chances_of_its_trials_the_likeliest_first() -> None:
    row = JobRow(a_summary(), 1, None, chances={4: 0.02, 7: 0.41, 9: 0.00001})
    assert chance_lines(row) == [
        "#7: Chance to become the best: 41 %",
        "#4: Chance to become the best: 2.0 %",
        "#9: Chance to become the best: < 0.1 %",
    ]
    assert len(chance_lines(replace(row, chances=dict.fromkeys(range(100), 0.5)))) == 8


@pytest.mark.parametrize(
    ("percent", "words"),
    [(0.0, "< 0.1 %"), (0.1, "0.1 %"), (3.04, "3.0 %"), (9.96, "10 %"), (41.3, "41 %"), (100.0, "100 %")],
)
def test_that_a_chance_has_as_many_digits_as_are_worth_it(percent: float, words: str) -> None:
    assert percent_words(percent) == words


# ---- one trial


def test_that_the_forecast_of_a_running_trial_is_said_until_it_has_ended() -> None:
    expected = "Step 6 of about 30: expected to end at 0.8 ± 0.1"
    assert forecast_lines(RUNNING) == [expected, "Chance to become the best: 12 %"]
    assert forecast_lines(replace(RUNNING, state=S.SUCCEEDED)) == []
    whole = replace(RUNNING, curve=CurveRecord(runs_whole=True))
    assert forecast_lines(whole) == ["Runs to its end, as requested"]
    model = JobModel(a_view(EACH, series={4: {"score": [0.1, 0.2]}}))
    model.select(4)
    assert metric_words(model, "score").endswith(f"{expected}; Chance to become the best: 12 %")


def test_that_tips_and_spoken_words_tell_why_a_trial_was_stopped() -> None:
    view = a_view(EACH)
    assert summary_of(view, STOPPED).splitlines()[:2] == ["#2  stopped early", "Stopped at step 6."]
    assert trial_words(view, STOPPED) == "Trial 2, stopped early: Stopped at step 6."
    assert "Chance to become the best: 12 %" in summary_of(view, RUNNING)


def test_that_a_stopped_trial_is_offered_to_run_to_its_end_and_not_again() -> None:
    offers = offers_for(a_job(), EACH)
    assert (offers.rerun, offers.finish, offers.stop) == ((1,), (2, 3), (4,))
    assert not offers_for(a_job(), [STOPPED]).is_use_primary
    imported = a_job(JobState.SUCCEEDED, runner="imported")
    assert offers_for(imported, [STOPPED]).finish == ()


def test_that_the_end_of_a_stopped_trial_is_no_warning_and_has_no_value() -> None:
    ended = [row for row in event_rows(a_view([STOPPED])) if not row.is_begin]
    assert [(row.level, row.text("score")) for row in ended] == [
        ("info", "The trial has ended: stopped early.")
    ]


# ---- tables and filters


@pytest.mark.parametrize(
    ("changes", "has_column"),
    [
        ({"local": STOPPING}, True),
        ({}, False),
        ({"local": STOPPING, "state": JobState.SUCCEEDED}, False),
    ],
)
def test_that_only_a_running_job_with_early_stopping_has_a_column_of_chances(
    changes: dict, has_column: bool
) -> None:
    assert ("chance" in column_names(a_view(EACH, job=a_job(**changes)))) is has_column


def test_that_the_column_of_chances_is_empty_for_trials_that_have_ended_and_sorts_by_number() -> None:
    unlikely = a_trial(5, None, S.RUNNING, curve=CurveRecord(a_forecast(chance=0.004)))
    rows = TrialRows(a_view([*EACH, unlikely], job=a_job(local=STOPPING)), [*EACH, unlikely])
    assert [rows.text(t, "chance") for t in rows.trials] == ["", "", "", "12 %", "0.4 %"]
    rows.sort("chance", descending=True)
    assert [t.number for t in rows.trials][:2] == [4, 5]
    rows.sort("chance", descending=False)
    assert [t.number for t in rows.trials][:2] == [5, 4]
    assert rows.text(STOPPED, "state") == "◇  stopped early"


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ("chance > 10", [4]),
        ('state == "stopped_early"', [2, 3]),
        ('state != "stopped_early" and value > 0', [1]),
    ],
)
def test_that_chances_and_the_state_can_be_named_in_a_condition(expression: str, numbers: list[int]) -> None:
    model = JobModel(a_view(EACH))
    model.set_filter(TrialFilter(expression=expression))
    assert [t.number for t in model.shown] == numbers
    offered = completions("state == ", 9, TrialWords(model.columns)).found
    assert '"stopped_early"' in [c.inserted for c in offered]


def test_that_a_stopped_trial_is_drawn_and_brushed_at_its_forecast() -> None:
    model = JobModel(a_view(EACH))
    heights = model.columns.numbers("score")
    assert heights[:2].tolist() == [0.9, 0.5]
    assert np.isnan(heights[2:]).all()
    model.set_filter(TrialFilter().with_brushes("score", [Brush(0.45, 0.55)]))
    assert [t.number for t in model.shown] == [2]
    assert model.columns.expected()[:2].tolist() == [0.9, 0.5]
    assert model.columns.objective()[:1].tolist() == [0.9]
    assert np.isnan(model.columns.objective()[1:]).all()
    assert model.columns.stopped().tolist() == [False, True, True, False]


def test_that_a_stopped_trial_is_not_among_the_best_share() -> None:
    model = JobModel(a_view([a_trial(1, 0.9), a_trial(2, 0.8), a_stopped_trial(3, 5.0)]))
    model.set_filter(TrialFilter(best_percent=50))
    assert [t.number for t in model.shown] == [1]


def test_that_a_comparison_counts_stopped_trials_beside_failed_ones() -> None:
    found = [*EACH, a_trial(5, None, S.LOST)]
    counts = {row.name: row.values for row in best_rows([(a_job(), found), (a_job(), [SUCCEEDED])])}
    assert counts["Trials"] == ["4 (1 ✕, 2 ◇)", "1"]


@pytest.mark.parametrize(
    ("local", "group", "expected"),
    [
        (STOPPING, "Search", {"Stop hopeless trials": "when the chance is below 3 %"}),
        (
            LocalSettings(early_stopping=EarlyStopping(min_steps=5, confidence=0.9)),
            "Search",
            {"Stop hopeless trials": "when the chance is below 10 %, from step 5 on"},
        ),
        (
            LocalSettings(max_hours=8, max_gpu_hours=0.5),
            "Limits",
            {"Longest job, in hours": "8", "GPU hours at most": "0.5"},
        ),
    ],
)
def test_that_the_configuration_names_early_stopping_and_budgets(
    local: LocalSettings, group: str, expected: dict[str, str]
) -> None:
    found = {g.title: {s.title: s.value for s in g.settings} for g in groups_of(a_job(local=local))}
    assert expected.items() <= found[group].items()


# ---- the band beside a curve


def curve(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_that_a_band_opens_from_the_last_report_to_the_interval_at_the_expected_end() -> None:
    band = band_of(RUNNING, curve(0.1, 0.2, 0.3, 0.4, math.nan))
    assert band is not None
    steps, low, high = band.edges()
    assert (steps[0], steps[-1]) == (4.0, 30.0)
    assert low[0] == high[0] == pytest.approx(0.4)
    assert (low[-1], high[-1]) == pytest.approx((0.67, 0.93))
    assert band.middle()[1][-1] == pytest.approx(0.8)
    assert np.all(np.diff(high - low) >= 0)
    assert not band.has_stopped


@pytest.mark.parametrize(
    ("trial", "values"),
    [
        (RUNNING, None),
        (RUNNING, curve(math.nan)),
        (DIVERGED, curve(0.1)),
        (replace(RUNNING, state=S.FAILED), curve(0.1)),
        (SUCCEEDED, curve(0.1)),
    ],
)
def test_that_there_is_no_band_without_a_forecast_or_a_curve(trial, values: np.ndarray | None) -> None:
    assert band_of(trial, values) is None


def test_that_the_middle_of_a_band_continues_as_the_curve_did() -> None:
    slowing = curve(*(0.8 - 0.7 * math.exp(-step / 4) for step in range(1, 9)))
    straight, bent = band_of(RUNNING, curve(0.4, 0.4)), band_of(RUNNING, slowing)
    assert straight is not None
    assert bent is not None
    halfway = len(bent.middle()[0]) // 2
    assert straight.middle()[1][halfway] == pytest.approx((0.4 + 0.8) / 2)
    assert bent.middle()[1][halfway] > (slowing[-1] + 0.8) / 2 + 0.01


def test_that_a_trial_that_runs_longer_than_expected_ends_at_its_last_report() -> None:
    band = band_of(RUNNING, np.linspace(0.1, 0.5, 40))
    assert band is not None
    assert (band.step, band.end) == (40.0, 40.0)


@pytest.mark.parametrize(("low", "is_shown"), [(0.01, True), (0.0, False), (-0.1, False)])
def test_that_a_logarithmic_scale_shows_only_positive_bands(low: float, is_shown: bool) -> None:
    trial = replace(RUNNING, curve=CurveRecord(a_forecast(0.1, low=low), StopCause.HOPELESS))
    band = band_of(trial, curve(1.0))
    assert band is not None
    shown = band.on_log_scale()
    assert (shown is not None) is is_shown
    if shown is not None:
        assert (shown.value, shown.low, shown.mean) == pytest.approx((0.0, -2.0, -1.0))


def test_that_every_new_word_has_a_chinese_form() -> None:
    set_language("zh")
    try:
        header = header_of(a_view(EACH, early_stops=EarlyStops(38, 60, 20_400.0)))
        assert header.stops == "60 次执行中有 38 次提前停止：约节省 5 小时 40 分（估计）"
        assert TrialRows(a_view(EACH), EACH).text(STOPPED, "state") == "◇  提前停止"
        budget = Budget(8, None, BudgetLeft(7800.0, None))
        assert header_of(a_view(budget=budget)).budget == "8 小时中还剩 2 小时 10 分"
    finally:
        set_language("en")
