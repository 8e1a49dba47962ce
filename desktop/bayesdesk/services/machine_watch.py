"""Polls the state of this machine."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QTimer, Signal

from bayescore.app.machine import Containers, Machine, containers, look
from bayescore.store import Database
from bayesdesk.services.background import Background

_POLL_MS = 2000
_REMEMBERED = 60  # polls: two minutes


class MachineWatch(QObject):
    """Polls ``machine`` every two seconds; ``containers`` is read on request."""

    machine_changed = Signal()
    containers_changed = Signal()

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__()
        self._database = database
        self._background = background
        self.machine: Machine | None = None
        self.use: dict[str, deque[int]] = {}  # by UUID: percent at each poll, newest last
        self.containers: Containers | None = None
        self._is_looking = self._is_asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Start polling."""
        self._timer.start()
        self.look()

    def end(self) -> None:
        """Stop polling."""
        self._timer.stop()

    def look(self) -> None:
        """Read the state of the engine and the GPUs now."""
        if not self._is_looking:
            self._is_looking = True
            self._background.run(lambda: look(self._database), self._take, self._failed)

    def ask_containers(self) -> None:
        """Read the images of the container engine."""
        if not self._is_asking:
            self._is_asking = True
            self._background.run(containers, self._take_containers, self._failed)

    def _take(self, machine: Machine) -> None:
        self._is_looking = False
        for gpu in machine.gpus:
            self.use.setdefault(gpu.uuid, deque(maxlen=_REMEMBERED)).append(gpu.use)
        if machine != self.machine or machine.gpus:
            self.machine = machine
            self.machine_changed.emit()

    def _take_containers(self, found: Containers) -> None:
        self._is_asking = False
        self.containers = found
        self.containers_changed.emit()

    def _failed(self, _error: Exception) -> None:
        """Ignore the error: the watcher of the store reports it, and the next poll may succeed."""
        self._is_looking = self._is_asking = False
