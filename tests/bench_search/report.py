"""Results of the benchmark as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

_RESAMPLES = 500
WORST = 2.0


@dataclass(frozen=True)
class Run:
    """One run of one optimiser.

    Attributes
    ----------
    curve
        Best objective after each trial, smaller is better.
    known
        The optimum, where it is known.
    seconds
        Mean time of a suggestion.
    """

    task: str
    optimiser: str
    trials: int
    parallel: int
    curve: tuple[float, ...]
    known: float | None
    seconds: float


def report(runs: Sequence[Run]) -> str:
    """One table for each setting and number of trials."""
    parts = []
    for trials, parallel in sorted({(r.trials, r.parallel) for r in runs}):
        group = [r for r in runs if (r.trials, r.parallel) == (trials, parallel)]
        moments = (20, trials) if parallel == 1 else (trials,)
        for moment in moments:
            parts.append(_table(group, trials, parallel, moment))
    return "\n".join(parts)


def _scores(runs: Sequence[Run], moment: int) -> dict[str, dict[str, np.ndarray]]:
    """Scores of the seeds, by optimiser and task."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for task in dict.fromkeys(r.task for r in runs):
        own = [r for r in runs if r.task == task]
        reached = [r.curve[-1] for r in own] + [r.known for r in own if r.known is not None]
        low = float(np.min(reached))
        chance = [r.curve[moment - 1] for r in own if r.optimiser == "random"]
        span = max(float(np.median(chance)) - low, 1e-12)
        for name in dict.fromkeys(r.optimiser for r in own):
            ends = np.array([r.curve[moment - 1] for r in own if r.optimiser == name])
            found.setdefault(name, {})[task] = np.clip((ends - low) / span, 0.0, WORST)
    return found


def _table(runs: Sequence[Run], trials: int, parallel: int, moment: int) -> str:
    scores = _scores(runs, moment)
    names = sorted(scores, key=lambda n: float(np.mean([s.mean() for s in scores[n].values()])))
    rng = np.random.default_rng(0)
    means = np.array([[s.mean() for s in scores[n].values()] for n in names])
    ranks = rankdata(means, axis=0).mean(axis=1)
    lines = [
        f"### After {moment} of {trials} trials, {parallel} at a time\n",
        "| optimiser | score | 95 % | mean rank | seconds per suggestion |",
        "|---|---|---|---|---|",
    ]
    for name, rank in zip(names, ranks, strict=True):
        per_task = list(scores[name].values())
        resampled = [
            np.mean(
                [
                    rng.choice(s, len(s)).mean()
                    for s in (per_task[i] for i in rng.integers(len(per_task), size=len(per_task)))
                ]
            )
            for _ in range(_RESAMPLES)
        ]
        low, high = np.quantile(resampled, [0.025, 0.975])
        seconds = np.mean([r.seconds for r in runs if r.optimiser == name])
        mean = np.mean([s.mean() for s in per_task])
        lines.append(f"| {name} | {mean:.2f} | {low:.2f} to {high:.2f} | {rank:.1f} | {seconds:.3f} |")
    lines += ["", "| task | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for task in scores[names[0]]:
        lines.append(f"| {task} | " + " | ".join(f"{scores[n][task].mean():.2f}" for n in names) + " |")
    return "\n".join(lines) + "\n"
