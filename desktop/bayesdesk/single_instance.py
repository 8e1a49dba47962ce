"""One window per data folder: a second start raises the first and passes on what it was to open."""

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
from bayescore.store.runtime_folders import runtime_folders

_WAIT_MS = 500
_SOCKET = "window"
_MOST_PLACE = 75  # bytes of a folder's path: a socket's has room for 107, and Qt makes a folder beside it
_MOST_SAID = 8192  # bytes that a second start may say
_END = b"\0"  # no path holds it
JOB = "job:"  # before a job that is to be shown; no absolute path begins so
_log = logging.getLogger(__name__)


class SingleInstance(QObject):
    """The first start listens; a later one finds it and says what it was asked to open.

    The socket lies in a folder that only this account can enter: nobody else can answer there, or ask.
    """

    opened = Signal(object)  # a text; as Qt's own kind of text it would lose what is not UTF-8

    def __init__(self, folder: DataFolder) -> None:
        super().__init__()
        self._folder = folder
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._heard)

    def is_second(self, wanted: str) -> bool:
        """Whether another window has this data folder; it is told what to open then."""
        for name in self._names(make=False):
            if os.name == "nt" or _is_own_socket(Path(name)):
                socket = QLocalSocket()
                socket.connectToServer(name)
                if socket.waitForConnected(_WAIT_MS):
                    socket.write(os.fsencode(wanted) + _END)
                    socket.waitForBytesWritten(_WAIT_MS)
                    socket.disconnectFromServer()
                    return True
        return False

    def listen(self) -> bool:
        """Be the one; what a crashed window left is taken away. Whether a later start can find this one."""
        for name in self._names(make=True):
            QLocalServer.removeServer(name)
            if self._server.listen(name):
                return True
        _log.warning("a second window of this data folder will not be noticed: no folder for its socket")
        return False

    def _names(self, *, make: bool) -> Iterator[str]:
        """Where the server may be, best first: paths of sockets, or the name of a pipe on Windows."""
        if os.name == "nt":
            yield "bayesdesk-" + hashlib.sha256(str(self._folder.root).encode()).hexdigest()[:16]
            return
        for place in runtime_folders(self._folder, make=make):
            if len(os.fsencode(place)) <= _MOST_PLACE:
                yield str(place / _SOCKET)

    def _heard(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            _Visitor(socket, self)


class _Visitor(QObject):
    """One connection: what it says is taken when it is whole, within a limit, and something to open."""

    def __init__(self, socket: QLocalSocket, instance: SingleInstance) -> None:
        super().__init__(socket)
        self._socket, self._instance, self._said = socket, instance, b""
        socket.setReadBufferSize(_MOST_SAID)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(socket.deleteLater)
        self._read()  # what has come before anybody listened

    def _read(self) -> None:
        self._said += bytes(self._socket.read(_MOST_SAID).data())
        said, end, _rest = self._said.partition(_END)
        if not end and len(said) < _MOST_SAID:
            return
        self._socket.readyRead.disconnect(self._read)
        self._socket.disconnectFromServer()
        wanted = os.fsdecode(said)
        if end and (not wanted or wanted.startswith(JOB) or Path(wanted).is_absolute()):
            self._instance.opened.emit(wanted)


def _is_own_socket(file: Path) -> bool:
    with suppress(OSError):
        status = file.lstat()
        return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid()
    return False
