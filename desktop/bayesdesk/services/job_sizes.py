"""Sizes of the folders of jobs, measured off the GUI thread, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from bayescore.files.tree import bytes_on_disk
from bayescore.store import Database, JobSummary
from bayesdesk.services.background import Background

_SLICE_S = 0.3  # of one call, after which what it found is shown


class JobSizes(QObject):
    """Measures the folders of jobs; that of an ended job is measured once, until the job continues."""

    measured = Signal()

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__()
        self._database, self._background = database, background
        self.bytes: dict[str, int] = {}  # by id
        self._ends: dict[str, str | None] = {}  # of the jobs when they were measured
        self._waiting: list[JobSummary] = []
        self._is_busy = False

    def measure(self, jobs: Sequence[JobSummary]) -> None:
        """Measure these jobs in their order, unless they have been measured; others are not waited for."""
        self._waiting = [j for j in jobs if j.id not in self.bytes or self._ends[j.id] != j.ended_at]
        self._waiting.reverse()
        self._next()

    def stop(self) -> None:
        """Measure no further jobs."""
        self._waiting = []

    def _next(self) -> None:
        if self._is_busy or not self._waiting:
            return
        self._is_busy = True
        jobs = self._waiting

        def work() -> list[tuple[JobSummary, int]]:
            found, until = [], time.monotonic() + _SLICE_S
            while jobs and time.monotonic() < until:
                job = jobs.pop()
                found.append((job, bytes_on_disk(self._database.folder.job(job.id))))
            return found

        self._background.run(work, self._take, self._failed)

    def _take(self, found: list[tuple[JobSummary, int]]) -> None:
        self._is_busy = False
        for job, count in found:
            self.bytes[job.id], self._ends[job.id] = count, job.ended_at
        self.measured.emit()
        self._next()

    def _failed(self, _error: Exception) -> None:
        """Ignore the error: the size stays unknown."""
        self._is_busy = False
        self._waiting = []
