"""Lanes of the timeline: one for each GPU, or without GPUs one for each trial that ran at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.store import Trial
from bayescore.times import now, parsed


@dataclass(frozen=True)
class Span:
    """Time of a trial in its lane, in seconds since the first trial started."""

    trial: Trial
    lane: int
    start: float
    end: float


def lanes(trials: Sequence[Trial]) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Names of the lanes (GPUs, or numbers), and the span of each trial that has started."""
    started = sorted((t for t in trials if t.started_at), key=lambda t: (t.started_at or "", t.number))
    if not started:
        return (), ()
    first = parsed(str(started[0].started_at))
    gpus = sorted({g for t in started for g in t.gpus})
    ends: list[float] = []
    spans = []
    for trial in started:
        start = (parsed(str(trial.started_at)) - first).total_seconds()
        end = max(start, (parsed(trial.ended_at or now()) - first).total_seconds())
        if trial.gpus:
            lane = gpus.index(trial.gpus[0])
        else:
            free = next((i for i, e in enumerate(ends) if e <= start), len(ends))
            ends[free : free + 1] = [end]
            lane = len(gpus) + free
        spans.append(Span(trial, lane, start, end))
    return (*gpus, *(str(i + 1) for i in range(len(ends)))), tuple(spans)
