"""A connection with limits, because anyone on this machine can connect to the port."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from time import monotonic

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_CONNECTIONS = 300  # at one address
HEAD_BYTES = 64 * 2**10  # of a request without its body: request line, headers, framing, trailers
HEAD_S = 10.0  # from a connection, or the first byte of a request, to the end of its headers
BODY_S = 30.0  # from the end of the headers to the end of the body
_PART = 4096  # fed to the parser at once, because it buffers an unfinished header without reporting it
_LINGER_S = 1.0  # for a refused client to read the reason before the connection is closed


class BoundedConnection(HttpToolsProtocol):
    """Bounds the bytes and the time of a request's head, and the number of connections and requests.

    When there are too many connections, the oldest one without an open request is closed; its client
    reconnects. Pipelined requests wait unparsed.
    """

    _waiting = b""  # received, but not parsed until the previous request is answered
    _head = 0  # bytes of the current request without its body
    _deadline: float | None = None  # of the current part of a request (monotonic)
    _timer: TimerHandle | None = None
    _is_refused = False
    _in_body = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Close another connection if there are too many, then serve."""
        super().connection_made(transport)
        self._born = monotonic()
        self._deadline = self._born + HEAD_S
        self._watch()
        opened = [
            each for each in self.connections if isinstance(each, BoundedConnection) and each is not self
        ]
        if len(opened) >= MAX_CONNECTIONS:
            min(opened, key=lambda each: (each.is_busy, each._born)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop unparsed requests."""
        self._waiting = b""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    @property
    def is_busy(self) -> bool:
        """Whether a request is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    # ---- bytes

    def data_received(self, data: bytes) -> None:
        """Parse data in small parts until a limit is exceeded."""
        if self._is_refused:
            return
        self._waiting += data
        self._parse()

    def _parse(self) -> None:
        data, at = self._waiting, 0
        while (
            at < len(data) and not self.pipeline and not self._is_refused and not self.transport.is_closing()
        ):
            part = data[at : at + _PART]
            at += len(part)
            if self._head == 0 and not self._in_body:
                self._deadline = monotonic() + HEAD_S
            self._head += len(part)
            super().data_received(part)
            if self._head > HEAD_BYTES:
                self._refuse()
        self._waiting = data[at:]
        if self._waiting:
            self.flow.pause_reading()

    def on_headers_complete(self) -> None:
        """Start the body's deadline."""
        super().on_headers_complete()
        self._in_body = True
        self._deadline = monotonic() + BODY_S

    def on_body(self, body: bytes) -> None:
        """Do not count bytes of the body as head."""
        self._head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Reset the limits for the next request."""
        super().on_message_complete()
        self._head, self._in_body, self._deadline = 0, False, None

    def on_response_complete(self) -> None:
        """Parse pipelined requests."""
        super().on_response_complete()
        if self._waiting and not self.transport.is_closing():
            self.loop.call_soon(self._parse)

    # ---- limits

    def _refuse(self) -> None:
        """Answer 431 and close; within a body, or while an earlier request is open, only close."""
        self._is_refused = True
        if self.is_busy:
            self.transport.abort()
            return
        reason = b"The request line and the headers are larger than %d KiB.\n" % (HEAD_BYTES // 1024)
        self.transport.write(
            STATUS_LINE[431]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n" % len(reason)
            + reason
        )
        self.flow.pause_reading()
        self._deadline = monotonic() + _LINGER_S
        self._watch()

    def _watch(self) -> None:
        """Close the connection once the deadline has passed.

        One timer checks every ten seconds, and no new deadline is earlier than that: a timer for each
        request would cost more than parsing it.
        """
        if self._timer is not None:
            self._timer.cancel()
        now = monotonic()
        if self._deadline is not None and now >= self._deadline:
            self.transport.abort()
            return
        wait = HEAD_S if self._deadline is None else min(HEAD_S, self._deadline - now)
        self._timer = self.loop.call_later(wait, self._watch)
