"""One window per data folder: a second start raises the first and passes on what it was to open."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 500
JOB = "job:"  # before a job that is to be shown; no absolute path begins so


class SingleInstance(QObject):
    """The first start listens; a later one finds it and says what it was asked to open."""

    opened = Signal(str)

    def __init__(self, data_folder: Path) -> None:
        super().__init__()
        self._name = "bayesdesk-" + hashlib.sha256(str(data_folder).encode()).hexdigest()[:16]
        self._server = QLocalServer(self)
        self._server.newConnection.connect(self._heard)

    def is_second(self, wanted: str) -> bool:
        """Whether another window has this data folder; it is told what to open then."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_WAIT_MS):
            return False
        socket.write(wanted.encode() + b"\n")
        socket.waitForBytesWritten(_WAIT_MS)
        socket.disconnectFromServer()
        return True

    def listen(self) -> None:
        """Be the one; what a crashed window left is taken away."""
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)

    def _heard(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self.opened.emit(bytes(socket.readAll().data()).decode().strip()))
