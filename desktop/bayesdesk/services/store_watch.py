"""Watches the store on a thread of its own and emits what is new."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from PySide6.QtCore import QThread, Signal

from bayescore.errors import BayesdeskError
from bayescore.store import Database
from bayescore.trials.gpus import Gpu
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.services.snapshot_reader import SnapshotReader

_log = logging.getLogger(__name__)
_POLL_S = 0.15
_REFRESH_S = 5.0  # after which the time left is shown anew although nothing was stored


class StoreWatch(QThread):
    """Emits the rows of all jobs when one has changed, and the whole of the job that is shown."""

    rows_changed = Signal(object)  # tuple[JobRow, ...]
    view_changed = Signal(object)  # JobView
    trouble = Signal(object)  # BayesdeskError
    _have_read = Signal(object, object)  # the rows if they have changed, and the view

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._reader = SnapshotReader(database)
        self._awake = threading.Event()
        self._ending = False
        self._watched: str | None = None
        self._rows: tuple[JobRow, ...] | None = None
        self._have_read.connect(self._emit)

    def watch(self, job: str | None) -> None:
        """Read one job as a whole, or none."""
        self._watched = job
        self._awake.set()

    def set_gpus(self, gpus: Sequence[Gpu]) -> None:
        """Tell which GPUs this machine has."""
        self._reader.set_gpus(gpus)

    def end(self) -> None:
        """Stop, and wait for the thread."""
        self._ending = True
        self._awake.set()
        self.wait()

    def run(self) -> None:
        """The thread's work."""
        changes = self._database.changes()
        since = _REFRESH_S
        while not self._ending:
            is_asked = self._awake.is_set()
            self._awake.clear()
            if changes.changed() or is_asked or since >= _REFRESH_S:
                since = 0.0
                is_whole = self._read()
                if not is_whole:
                    self._awake.set()
            self._awake.wait(_POLL_S)
            since += _POLL_S
        changes.close()

    def _read(self) -> bool:
        """Read and emit; whether nothing is left to be read."""
        try:
            rows, view = self._reader.read(job := self._watched)
        except BayesdeskError as error:
            self.trouble.emit(error)
            return True
        have_changed, self._rows = rows != self._rows, rows
        self._have_read.emit(rows if have_changed else None, view)
        if view is None and job is not None:
            _log.info("job %s does not exist", job)
        return view is None or view.is_whole

    def _emit(self, rows: tuple[JobRow, ...] | None, view: JobView | None) -> None:
        """On the GUI thread: what is of one moment is shown at one moment."""
        if rows is not None:
            self.rows_changed.emit(rows)
        if view is not None:
            self.view_changed.emit(view)
