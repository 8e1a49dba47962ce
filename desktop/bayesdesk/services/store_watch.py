"""Watches the store from a thread of its own and tells the window what is new."""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QThread, Signal

from bayescore.errors import BayesdeskError
from bayescore.store import ChangeWatch, Database
from bayesdesk.services.snapshot import SnapshotReader

_log = logging.getLogger(__name__)
_LOOK_S = 0.15
_TIME_LEFT_S = 5.0  # so often the times left are worked out anew although nothing has happened


class StoreWatch(QThread):
    """Emits snapshots: every job's row, and the whole of the one job that is looked at."""

    rows_changed = Signal(object)  # tuple[JobRow, ...]
    view_changed = Signal(object)  # JobView
    trouble = Signal(object)  # BayesdeskError

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._reader = SnapshotReader(database)
        self._awake = threading.Event()
        self._ending = False
        self._watched: str | None = None

    def watch(self, job: str | None) -> None:
        """Look at one job, or at none."""
        self._watched = job
        self._awake.set()

    def end(self) -> None:
        """Stop, and wait for it."""
        self._ending = True
        self._awake.set()
        self.wait()

    def run(self) -> None:
        """The thread's work."""
        changes = ChangeWatch(self._database.folder)
        waited = _TIME_LEFT_S
        while not self._ending:
            asked = self._awake.is_set()
            self._awake.clear()
            if changes.changed() or asked or waited >= _TIME_LEFT_S:
                waited = 0.0
                is_whole = self._tell()
                if not is_whole:
                    self._awake.set()
            self._awake.wait(_LOOK_S)
            waited += _LOOK_S
        changes.close()

    def _tell(self) -> bool:
        """Emit what is new; whether nothing more is waiting to be read."""
        try:
            self.rows_changed.emit(self._reader.rows())
            if (job := self._watched) is not None:
                view = self._reader.view(job)
                self.view_changed.emit(view)
                return view.is_whole
        except BayesdeskError as error:
            self.trouble.emit(error)
        except KeyError:
            _log.info("job %s is gone", self._watched)
        return True
