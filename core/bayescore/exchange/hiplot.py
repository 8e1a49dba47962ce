"""Trials as a table for HiPlot (``hiplot.Experiment.from_csv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.results import csv_text
from bayescore.results.column_names import named_columns


def hiplot_csv(
    names: Sequence[str], metric: str, rows: Sequence[tuple[int, Mapping[str, Any], float | None]]
) -> str:
    """CSV with the column ``uid`` and one for each axis. Trials without an objective are left out.

    Parameters
    ----------
    rows
        Number, parameters and objective of each trial.
    """
    columns = named_columns(["uid"], names, [metric])
    return csv_text(
        ["uid", *columns.parameters.values(), *columns.metrics.values()],
        (
            [number, *(parameters.get(n) for n in names), value]
            for number, parameters, value in rows
            if value is not None
        ),
    )
