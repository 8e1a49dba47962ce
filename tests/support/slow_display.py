"""A connection to an X server as over a network: without shared memory, with a delay, and every byte is counted."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from types import TracebackType

_SHARED_MEMORY, _NOTHING = b"MIT-SHM", b"MIT-XXX"  # a name that no server knows
_CHUNK = 1 << 16
_FIRST_PORT = 6000  # of display 0


class SlowDisplay:
    """Forwards a TCP display to a local one; ``name`` is for ``DISPLAY``.

    Parameters
    ----------
    target
        The local display, such as ``:99``.
    delay_s
        Of each direction.
    """

    def __init__(self, target: str, delay_s: float = 0.0) -> None:
        self._path = f"/tmp/.X11-unix/X{target.removeprefix(':')}"
        self._delay_s = delay_s
        self._sent = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self._server.getsockname()[1] - _FIRST_PORT}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def sent(self) -> int:
        """Bytes that clients have sent to the X server."""
        return self._sent

    def __enter__(self) -> SlowDisplay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # the thread that accepts ends, too
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:  # closed
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._path)
            _Way(client, server, self._delay_s, self._count).start()
            _Way(server, client, self._delay_s).start()

    def _count(self, data: bytes) -> bytes:
        self._sent += len(data)
        return data.replace(_SHARED_MEMORY, _NOTHING)


class _Way:
    """One direction of a connection: a thread that receives, and one that sends after the delay."""

    def __init__(self, source, sink, delay_s: float, change=lambda data: data) -> None:  # type: ignore[no-untyped-def]
        self._source, self._sink, self._delay_s, self._change = source, sink, delay_s, change
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._has_more = threading.Semaphore(0)

    def start(self) -> None:
        for work in (self._receive, self._send):
            threading.Thread(target=work, daemon=True).start()

    def _receive(self) -> None:
        data = b"start"
        while data:
            try:
                data = self._source.recv(_CHUNK)
            except OSError:
                data = b""
            self._waiting.append((time.monotonic() + self._delay_s, self._change(data)))
            self._has_more.release()

    def _send(self) -> None:
        while True:
            self._has_more.acquire()
            due, data = self._waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if data:
                    self._sink.sendall(data)
                else:
                    self._sink.shutdown(socket.SHUT_WR)
            except OSError:
                return
            if not data:
                return
