"""The metrics of one job's trials as growing arrays."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bayescore.store import Trial, points

_READING_S = 0.12  # for which a large job is read before a first picture of it is shown
_PART = 100_000  # points at a time


class SeriesReader:
    """Reads by cursor; ``series`` is replaced, never changed, so that views of earlier moments stay valid.

    Attributes
    ----------
    series
        By trial id and metric: values of the newest attempt in order of arrival, each of shape (n,).
    is_whole
        Whether every point was read.
    """

    def __init__(self, job_seq: int) -> None:
        self.series: dict[int, dict[str, NDArray[np.float64]]] = {}
        self.is_whole = False
        self._job_seq = job_seq
        self._cursor = 0
        self._names: dict[int, str] = {}
        self._trials: Sequence[Trial] = ()
        self._attempts: dict[int, int] = {}

    def read(self, connection: sa.Connection, trials: Sequence[Trial]) -> None:
        """Append new points, for a while; the trials must be those of the same moment."""
        if trials is not self._trials:
            self._drop_earlier_attempts(trials)
        began = time.monotonic()
        self.is_whole = False
        while not self.is_whole and time.monotonic() - began < _READING_S:
            part = points.columns_since(connection, self._job_seq, self._cursor, _PART)
            self.is_whole = len(part.seq) < _PART
            if len(part.seq):
                self._learn_names(connection, part)
                self._append(part)

    def _drop_earlier_attempts(self, trials: Sequence[Trial]) -> None:
        attempts = {t.id: t.attempt for t in trials}
        again = [t for t in self.series if attempts.get(t) != self._attempts.get(t)]
        if again:
            self.series = {t: by_name for t, by_name in self.series.items() if t not in again}
        self._trials, self._attempts = trials, attempts

    def _learn_names(self, connection: sa.Connection, part: points.PointColumns) -> None:
        unknown = set(np.unique(part.metric).tolist()) - self._names.keys()
        if unknown:
            self._names.update(points.metric_names(connection, unknown))

    def _append(self, part: points.PointColumns) -> None:
        self._cursor = int(part.seq[-1])
        present, inverse = np.unique(part.trial, return_inverse=True)
        newest = np.array([self._attempts.get(int(t), -1) for t in present])
        current = part.attempt == newest[inverse]
        trial, metric, value = part.trial[current], part.metric[current], part.value[current]
        if not len(trial):
            return
        order = np.lexsort((metric, trial))  # stable: the order of arrival stays within each series
        trial, metric, value = trial[order], metric[order], value[order]
        changes = np.flatnonzero((np.diff(trial) != 0) | (np.diff(metric) != 0)) + 1
        starts, ends = [0, *changes.tolist()], [*changes.tolist(), len(trial)]
        changed = {int(t): dict(self.series.get(int(t), {})) for t in np.unique(trial)}
        for start, end in zip(starts, ends, strict=True):
            by_name, name = changed[int(trial[start])], self._names[int(metric[start])]
            before = by_name.get(name)
            new = value[start:end]
            by_name[name] = new.copy() if before is None else np.concatenate([before, new])
        self.series = {**self.series, **changed}
