"""Early stopping: what is stopped, what is not, and that no curve is too strange."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import DoubleSpec, Goal
from bayescore.search import SearchSpace
from bayescore.search.curves import (
    Curve,
    CurveState,
    CurveVerdict,
    StopReason,
    StopRule,
    forecast_curve,
    judge_curve,
)

SPACE = SearchSpace((DoubleSpec(name="x", min_value=0, max_value=1),))
STEPS = 40
RULE = StopRule()

Shape = Callable[[np.ndarray], np.ndarray]


def falling(end: float, rate: float = 6.0) -> Shape:
    """A loss that falls from 2 to about ``end``."""
    return lambda u: end + (2.0 - end) * np.exp(-rate * u)


def flat(level: float = 2.0) -> Shape:
    """A loss that does not fall."""
    return lambda u: np.full(len(u), level)


def taking_off(middle: float) -> Shape:
    """A loss that lies flat and then falls."""
    return lambda u: 0.1 + 1.9 / (1.0 + np.exp((u - middle) / 0.03))


def curve(x: float, shape: Shape, seen: int = STEPS, noise: float = 0.01) -> Curve:
    """A trial at ``x`` that reported ``seen`` of ``STEPS`` values; it is whole if it reported all."""
    rng = np.random.default_rng(int(1e6 * x))
    steps = np.arange(1, seen + 1)
    values = shape(steps / STEPS) * np.exp(noise * rng.normal(size=seen))
    state = CurveState.WHOLE if seen == STEPS else CurveState.RUNNING
    return Curve({"x": x}, tuple(int(s) for s in steps), tuple(float(v) for v in values), state, float(seen))


def saturating_job(count: int = 10) -> list[Curve]:
    """Whole curves that all fall smoothly, to ends that depend on the parameter."""
    return [curve(x, falling(0.1 + x)) for x in np.linspace(0.02, 0.98, count)]


def judge(whole: Sequence[Curve], running: Curve, rule: StopRule = RULE, seed: int = 3) -> CurveVerdict:
    """Verdict of a running trial of a job that minimises, if it is judged for the first time."""
    return judge_curve(SPACE, Goal.MINIMIZE, [*whole, running], len(whole), rule, seed, since=0)


def test_that_a_curve_certain_to_lose_is_stopped_long_before_its_end() -> None:
    verdict = judge(saturating_job(), curve(0.8, falling(0.9), seen=16))
    assert verdict.stop is StopReason.HOPELESS
    assert verdict.forecast is not None
    assert verdict.forecast.chance < 0.03
    assert verdict.forecast.low < 0.9 < verdict.forecast.high


def test_that_a_curve_on_its_way_to_the_best_is_not_stopped() -> None:
    for seen in range(3, STEPS):
        assert judge(saturating_job(), curve(0.01, falling(0.05), seen)).stop is None


def test_that_a_flat_curve_is_not_stopped_early_while_few_trials_ended() -> None:
    whole = [curve(x, flat()) for x in (0.9, 0.75, 0.6)] + [curve(0.3, taking_off(0.6))]
    for seen in range(3, STEPS // 4):
        assert judge(whole, curve(0.2, flat(), seen)).stop is None


def test_that_jobs_whose_curves_take_off_doubt_flat_curves_longer_than_others() -> None:
    xs = np.linspace(0.05, 0.95, 10)
    late = [curve(x, taking_off(0.5) if i % 2 else flat()) for i, x in enumerate(xs)]
    smooth = [curve(x, falling(0.1 + i % 2)) for i, x in enumerate(xs)]
    running = curve(0.5, flat(), seen=10)
    chances = [judge(job, running).forecast for job in (late, smooth)]
    assert chances[0] is not None
    assert chances[1] is not None
    assert chances[0].chance > 1.5 * chances[1].chance


@pytest.mark.parametrize("count", [0, 1, 3])
def test_that_nothing_is_forecast_before_trials_ran_to_their_end(count: int) -> None:
    cut = [Curve(c.parameters, c.steps, c.values, CurveState.CUT) for c in saturating_job()]
    assert judge([*saturating_job()[:count], *cut], curve(0.8, falling(0.9), 30)) == CurveVerdict()


@pytest.mark.parametrize(("rule", "first"), [(StopRule(), 3), (StopRule(min_steps=20), 20)])
def test_that_nothing_is_stopped_before_the_least_number_of_reports(rule: StopRule, first: int) -> None:
    hopeless = curve(0.8, flat(50.0), STEPS - 1)
    for seen in range(1, first):
        short = Curve(hopeless.parameters, hopeless.steps[:seen], hopeless.values[:seen], hopeless.state)
        assert judge(saturating_job(), short, rule).stop is None


def test_that_a_higher_confidence_stops_later() -> None:
    job = saturating_job()

    def stopped_at(confidence: float) -> int:
        found = (
            n
            for n in range(1, STEPS)
            if judge(job, curve(0.5, falling(0.5), n), StopRule(confidence=confidence)).stop
        )
        return next(found, STEPS)

    assert stopped_at(0.6) <= stopped_at(0.97) <= stopped_at(0.99999)
    assert stopped_at(0.6) < stopped_at(0.99999)


def test_that_some_hopeless_trials_run_to_their_end_for_what_they_teach() -> None:
    job, running = saturating_job(), curve(0.8, falling(0.9), seen=20)
    verdicts = [judge(job, running, seed=seed) for seed in range(200)]
    assert all(v.forecast is not None and v.forecast.chance < 0.03 for v in verdicts)
    assert 1 <= sum(v.stop is None for v in verdicts) <= 30


@pytest.mark.parametrize(("seen", "seconds_a_step"), [(20, 0.1), (36, 1.0)])
def test_that_a_trial_whose_end_costs_little_runs_to_it(seen: int, seconds_a_step: float) -> None:
    hopeless = curve(0.8, falling(0.9), seen)
    cheap = Curve(hopeless.parameters, hopeless.steps, hopeless.values, hopeless.state, seconds_a_step * seen)
    verdict = judge(saturating_job(), cheap)
    assert verdict.forecast is not None
    assert verdict.forecast.chance < 0.03
    assert verdict.stop is None


def test_that_a_mirrored_job_has_mirrored_forecasts() -> None:
    job = [*saturating_job(), curve(0.8, falling(0.9), seen=16)]
    mirrored = [Curve(c.parameters, c.steps, tuple(-v for v in c.values), c.state, c.seconds) for c in job]
    first, second = (
        judge_curve(SPACE, goal, curves, len(job) - 1, RULE, 3, since=0)
        for goal, curves in ((Goal.MINIMIZE, job), (Goal.MAXIMIZE, mirrored))
    )
    assert first.forecast is not None
    assert second.forecast is not None
    assert first.stop == second.stop
    assert math.isclose(first.forecast.mean, -second.forecast.mean)
    assert (first.forecast.low, first.forecast.high) == (-second.forecast.high, -second.forecast.low)
    assert math.isclose(first.forecast.chance, second.forecast.chance)


def test_that_the_same_arguments_have_the_same_verdict_whatever_was_judged_before() -> None:
    job, running = saturating_job(), curve(0.5, falling(0.6), seen=16)
    before = judge(job, running)
    judge(job[:6], running)
    judge([curve(x, flat()) for x in np.linspace(0.1, 0.9, 9)], running)
    assert judge(job, running) == before


def test_that_a_forecast_is_made_only_at_some_reports_unless_reports_were_missed() -> None:
    job = saturating_job()
    running = curve(0.5, falling(0.6), seen=17)  # forecasts are made at 16 and at 20 of 40
    curves = [*job, running]
    assert judge_curve(SPACE, Goal.MINIMIZE, curves, len(job), RULE, 3).forecast is None
    assert judge_curve(SPACE, Goal.MINIMIZE, curves, len(job), RULE, 3, since=15).forecast is not None
    assert judge_curve(SPACE, Goal.MINIMIZE, curves, len(job), RULE, 3, since=16).forecast is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_that_a_trial_whose_objective_stays_not_finite_has_diverged(bad: float) -> None:
    for tail, reason in ((2, None), (3, StopReason.DIVERGED)):
        values = (1.0, bad, 0.9, *[bad] * tail)
        running = Curve({"x": 0.5}, tuple(range(1, len(values) + 1)), values, CurveState.RUNNING)
        assert judge([], running).stop is reason


def test_that_a_stopped_trial_is_forecast_anew_from_trials_that_ended_later() -> None:
    running = curve(0.8, falling(0.9), seen=12)
    stopped = Curve(running.parameters, running.steps, running.values, CurveState.CUT, running.seconds)
    few, many = (forecast_curve(SPACE, Goal.MINIMIZE, [*saturating_job(n), stopped], n) for n in (8, 24))
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low
    assert judge(saturating_job(), running).forecast == forecast_curve(
        SPACE, Goal.MINIMIZE, [*saturating_job(), stopped], 10
    )
    assert forecast_curve(SPACE, Goal.MINIMIZE, [stopped], 0) is None


def test_that_trials_of_different_lengths_are_forecast_by_their_time() -> None:
    def of_length(x: float, steps: int, seen: int, state: CurveState) -> Curve:
        values = falling(0.1 + x)(np.arange(1, seen + 1) / steps)
        return Curve(
            {"x": x}, tuple(range(1, seen + 1)), tuple(map(float, values)), state, 100.0 * seen / steps
        )

    job = [
        of_length(x, n, n, CurveState.WHOLE)
        for x, n in zip(np.linspace(0.1, 0.9, 8), (10, 80, 20, 60, 40, 30, 50, 70), strict=True)
    ]
    forecast = judge(job, of_length(0.5, 200, 50, CurveState.RUNNING)).forecast
    assert forecast is not None
    assert forecast.steps == 200


VALUES = st.one_of(
    st.floats(-10, 10),
    st.floats(-1e300, 1e300),
    st.sampled_from([0.0, 1.0, 1e-300, math.inf, -math.inf, math.nan, 1e300, -1e300]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(VALUES, min_size=1, max_size=12), min_size=8, max_size=11),
    st.lists(VALUES, min_size=1, max_size=12),
    st.sampled_from(list(Goal)),
)
def test_that_any_curves_are_judged_with_finite_forecasts(
    others: list[list[float]], own: list[float], goal: Goal
) -> None:
    curves = [
        Curve({"x": i / 12}, tuple(range(1, len(v) + 1)), tuple(v), CurveState.WHOLE)
        for i, v in enumerate(others)
    ]
    curves.append(Curve({"x": 0.95}, tuple(range(1, len(own) + 1)), tuple(own), CurveState.RUNNING))
    forecast = judge_curve(SPACE, goal, curves, len(others), RULE, 1, since=0).forecast
    if forecast is not None:
        numbers = (forecast.mean, forecast.deviation, forecast.low, forecast.high)
        assert all(math.isfinite(v) for v in numbers)
        assert forecast.low <= forecast.high
        assert forecast.deviation >= 0.0
        assert 0.0 <= forecast.chance <= 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, -3.0, 1e300])
def test_that_a_job_of_equal_constant_curves_is_judged(level: float) -> None:
    job = [curve(x, flat(level), noise=0.0) for x in np.linspace(0.1, 0.9, 9)]
    forecast = judge(job, curve(0.5, flat(level), 10, noise=0.0)).forecast
    assert forecast is not None
    assert forecast.low <= forecast.high


def test_that_parameters_outside_the_space_are_left_out() -> None:
    job = saturating_job()
    strange = [Curve({"y": 1}, c.steps, c.values, c.state, c.seconds) for c in job]
    assert judge(strange, curve(0.8, falling(0.9), 16)) == CurveVerdict()
    known = judge(job, curve(0.8, falling(0.9), 16))
    assert judge([*strange, *job], curve(0.8, falling(0.9), 16)) == known


def test_that_long_curves_take_about_as_long_as_short_ones() -> None:
    def job(steps: int) -> list[Curve]:
        rng = np.random.default_rng(0)
        found = []
        for x in np.linspace(0.05, 0.95, 10):
            seen = steps if x < 0.9 else steps // 2
            numbers = np.arange(1, seen + 1)
            values = falling(0.1 + x)(numbers / steps) + 0.01 * rng.normal(size=seen)
            state = CurveState.WHOLE if seen == steps else CurveState.RUNNING
            found.append(Curve({"x": x}, tuple(map(int, numbers)), tuple(map(float, values)), state))
        return found

    def seconds(curves: list[Curve]) -> float:
        began = time.process_time()
        verdict = judge_curve(SPACE, Goal.MINIMIZE, curves, len(curves) - 1, RULE, 1, since=0)
        assert verdict.forecast is not None
        return time.process_time() - began

    short, long = job(100), job(10_000)
    seconds(job(50))  # modules are loaded
    assert seconds(long) < 5.0 * seconds(short) + 1.0
