"""Benchmark of early stopping: forecasts against the ends of recorded curves, and what stopping saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from bayescore.config import PARAMETER_SPECS, Goal
from bayescore.search import SearchSpace
from bayescore.search.curves import (
    Curve,
    CurveForecast,
    CurveState,
    CurveVerdict,
    StopReason,
    StopRule,
    judge_curve,
)
from bench_search.recordings import Recording, record

TASKS = ("network", "parity", "boosting", "linear", "chain")
_TRIALS = 60  # of a job, in random order
_PARALLEL = 4


@dataclass(frozen=True)
class StoppingResult:
    """Result of one job.

    Attributes
    ----------
    within, forecasts
        Forecasts whose 80 % interval held the end, and all forecasts.
    stopped, lost
        Trials that were stopped because they were hopeless, and those of them that would have beaten
        the best at that time.
    lost_best
        Whether one of them would have been the best of the job.
    compute
        Share of the compute of the same trials without early stopping.
    best
        Best objective as a share of the distance from the median trial to the best trial; 0 is the best.
    """

    task: str
    within: int
    forecasts: int
    stopped: int
    lost: int
    lost_best: bool
    compute: float
    best: float


class _Job:
    """A job whose trials are recorded, with a simulated clock."""

    def __init__(self, recording: Recording, seed: int) -> None:
        self._seed = seed
        self._space = SearchSpace(PARAMETER_SPECS.validate_python(recording.specs))
        self._goal = Goal(recording.goal)
        self._sign = -1.0 if self._goal is Goal.MAXIMIZE else 1.0
        order = np.random.default_rng(seed).permutation(len(recording.points))[:_TRIALS]
        self._points = [recording.points[i] for i in order]
        self._curves, self._seconds = recording.curves[order], recording.seconds[order]
        self._seen = np.zeros(len(order), dtype=int)
        self._states = [CurveState.RUNNING] * len(order)
        self.forecasts: list[tuple[int, CurveForecast]] = []
        self.stopped: list[tuple[int, float]] = []  # trials, and the best when they were stopped

    def run(self) -> _Job:
        waiting = list(range(len(self._points)))[::-1]
        running: list[tuple[float, int]] = []
        for _ in range(_PARALLEL):
            first = waiting.pop()
            heappush(running, (self._seconds[first], first))
        steps = self._curves.shape[1]
        while running:
            now, trial = heappop(running)
            self._seen[trial] += 1
            whole = self._seen[trial] == steps
            if not whole and self._judge(trial).stop is None:
                heappush(running, (now + self._seconds[trial], trial))
                continue
            ended = whole and math.isfinite(self._curves[trial, -1])
            self._states[trial] = CurveState.WHOLE if ended else CurveState.CUT
            if waiting:
                following = waiting.pop()
                heappush(running, (now + self._seconds[following], following))
        return self

    def _judge(self, trial: int) -> CurveVerdict:
        started = [i for i in range(len(self._seen)) if self._seen[i]]
        curves = [self._curve(i) for i in started]
        verdict = judge_curve(self._space, self._goal, curves, started.index(trial), StopRule(), self._seed)
        if verdict.forecast is not None and math.isfinite(self._curves[trial, -1]):
            self.forecasts.append((trial, verdict.forecast))
            if verdict.stop is StopReason.HOPELESS and verdict.forecast.best is not None:
                self.stopped.append((trial, verdict.forecast.best))
        return verdict

    def _curve(self, trial: int) -> Curve:
        seen = int(self._seen[trial])
        values = tuple(self._curves[trial, :seen].tolist())
        seconds = float(self._seconds[trial]) * seen
        return Curve(self._points[trial], tuple(range(1, seen + 1)), values, self._states[trial], seconds)

    def result(self, task: str) -> StoppingResult:
        ends = self._sign * self._curves[:, -1]
        lowest, median = float(np.nanmin(ends)), float(np.nanmedian(ends))
        whole = [i for i, state in enumerate(self._states) if state is CurveState.WHOLE]
        best = float(ends[whole].min())
        actual = self._sign * np.array([self._curves[i, -1] for i, _forecast in self.forecasts])
        held = [
            forecast.low <= self._sign * end <= forecast.high
            for end, (_trial, forecast) in zip(actual, self.forecasts, strict=True)
        ]
        return StoppingResult(
            task,
            within=sum(held),
            forecasts=len(held),
            stopped=len(self.stopped),
            lost=sum(ends[i] < self._sign * then for i, then in self.stopped),
            lost_best=bool(lowest < best),
            compute=float((self._seen * self._seconds).sum() / (self._seconds.sum() * self._curves.shape[1])),
            best=(best - lowest) / max(median - lowest, 1e-12),
        )


def measure(task: str, seeds: Sequence[int]) -> list[StoppingResult]:
    """Record the curves of a task and run a job with early stopping for each seed."""
    recording = record(task)
    return [_Job(recording, seed).run().result(task) for seed in seeds]


def summary(found: Sequence[StoppingResult]) -> str:
    """The results in Markdown."""
    jobs = len(found) // max(len({f.task for f in found}), 1)
    lines = [
        f"\nJobs of {_TRIALS} random trials, {_PARALLEL} at a time, over recorded curves, {jobs} orders a task. Compute "
        "is relative to the same trials without early stopping; the best is 0 if it is the best of the job's "
        "trials, and 1 if it is no better than their median.\n",
        "| task | 80 % interval held | stopped | of them would have beaten the best | best trial lost | "
        "compute | best |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = {task: [f for f in found if f.task == task] for task in dict.fromkeys(f.task for f in found)}
    for name, group in {**groups, "all": list(found)}.items():
        forecasts, stopped = sum(f.forecasts for f in group), sum(f.stopped for f in group)
        lines.append(
            f"| {name} | {sum(f.within for f in group) / max(forecasts, 1):.0%} of {forecasts} | "
            f"{stopped / (_TRIALS * len(group)):.0%} | {sum(f.lost for f in group) / max(stopped, 1):.1%} | "
            f"{sum(f.lost_best for f in group)} of {len(group)} | {np.mean([f.compute for f in group]):.0%} | "
            f"{np.mean([f.best for f in group]):.3f} |"
        )
    return "\n".join(lines) + "\n"
