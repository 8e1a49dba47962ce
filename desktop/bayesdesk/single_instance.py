"""One window per data folder: a second start raises the first window and sends what to open."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from bayescore.store import DataFolder
from bayescore.store.runtime_folders import WINDOW_SOCKET, runtime_folders

_WAIT_MS = 500
_MAX_FOLDER = 75  # bytes of a folder's path: a socket's path is limited to 107, and Qt adds a folder
_MAX_MESSAGE = 8192  # bytes that a second start may send
_END = b"\0"  # never part of a path
JOB = "job:"  # prefix of a job's id; no absolute path starts with it
_log = logging.getLogger(__name__)


class SingleInstance(QObject):
    """The first start listens; a later one connects and sends what to open.

    The socket is in a folder that only this account can access, so no other account can listen or connect.
    """

    opened = Signal(object)  # str; a Qt string would lose bytes that are not UTF-8

    def __init__(self, folder: DataFolder) -> None:
        super().__init__()
        self._folder = folder
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def is_second(self, target: str) -> bool:
        """Whether another window uses this data folder; sends it what to open."""
        for name in self._names(make=False):
            if os.name == "nt" or _is_own_socket(Path(name)):
                socket = QLocalSocket()
                socket.connectToServer(name)
                if socket.waitForConnected(_WAIT_MS):
                    socket.write(os.fsencode(target) + _END)
                    socket.waitForBytesWritten(_WAIT_MS)
                    socket.disconnectFromServer()
                    return True
        return False

    def listen(self) -> bool:
        """Listen, replacing the socket of a crashed window; returns whether later starts can connect."""
        for name in self._names(make=True):
            QLocalServer.removeServer(name)
            if self._server.listen(name):
                return True
        _log.warning("a second window of this data folder cannot be detected: no folder for the socket")
        return False

    def _names(self, *, make: bool) -> Iterator[str]:
        """Addresses of the server, best first: paths of sockets, or the name of a pipe on Windows."""
        if os.name == "nt":
            yield "bayesdesk-" + hashlib.sha256(str(self._folder.root).encode()).hexdigest()[:16]
            return
        for place in runtime_folders(self._folder, make=make):
            if len(os.fsencode(place)) <= _MAX_FOLDER:
                yield str(place / WINDOW_SOCKET)

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            _Connection(socket, self)


class _Connection(QObject):
    """A message from a second start; ignored unless it is complete, short, and names something to open."""

    def __init__(self, socket: QLocalSocket, instance: SingleInstance) -> None:
        super().__init__(socket)
        self._socket, self._instance, self._received = socket, instance, b""
        socket.setReadBufferSize(_MAX_MESSAGE)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(socket.deleteLater)
        self._read()  # data that arrived before the signal was connected

    def _read(self) -> None:
        self._received += bytes(self._socket.read(_MAX_MESSAGE).data())
        message, end, _rest = self._received.partition(_END)
        if not end and len(message) < _MAX_MESSAGE:
            return
        self._socket.readyRead.disconnect(self._read)
        self._socket.disconnectFromServer()
        target = os.fsdecode(message)
        if end and (not target or target.startswith(JOB) or Path(target).is_absolute()):
            self._instance.opened.emit(target)


def _is_own_socket(file: Path) -> bool:
    with suppress(OSError):
        status = file.lstat()
        return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid()
    return False
