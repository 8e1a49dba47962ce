"""Trials as a table for HiPlot (``hiplot.Experiment.from_csv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.results import csv_text


def hiplot_csv(
    names: Sequence[str], metric: str, rows: Sequence[tuple[int, Mapping[str, Any], float | None]]
) -> str:
    """CSV with the column ``uid`` and one for each axis. Trials without an objective are left out.

    Parameters
    ----------
    rows
        Number, parameters and objective of each trial.
    """
    return csv_text(
        ["uid", *names, metric],
        (
            [number, *(parameters.get(n) for n in names), value]
            for number, parameters, value in rows
            if value is not None
        ),
    )
