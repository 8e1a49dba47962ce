"""The number of reports that a trial will make, learned from the trials that ran to their end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bayescore.search.curves.records import Curve

_SHARE = 0.75  # quantile of different lengths: whoever takes a curve for shorter than it is stops too early


def expected_length(whole: Sequence[Curve], step: int, seconds: float) -> float:
    """Expected number of reports of a running trial, at least ``step``.

    Trials of a job usually make equal numbers of reports. Where these differ more than the times do,
    trials are taken to last equally long.

    Parameters
    ----------
    whole
        At least one curve that ran to its end.
    step, seconds
        Reports that the running trial has made, and the time they took.
    """
    lengths = np.array([curve.steps[-1] for curve in whole], dtype=np.float64)
    times = np.array([curve.seconds for curve in whole])
    if seconds > 0.0 and np.all(times > 0.0) and _variation(times) < _variation(lengths):
        return max(float(np.quantile(times, _SHARE)) / seconds * step, step)
    return max(float(np.quantile(lengths, _SHARE)), step)


def _variation(values: np.ndarray) -> float:
    """Coefficient of variation."""
    return float(np.std(values) / np.mean(values))
