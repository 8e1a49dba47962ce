"""An HTTP server that receives notifications, as a webhook of the user does."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SECRET = "very-secret-path"


class NoticeServer:
    """Answers with a status that the test sets.

    Attributes
    ----------
    received
        Title and body of every request, in order.
    status
        What it answers; ``None`` closes the connection without an answer.
    is_slow
        Whether it answers only when it is closed.
    """

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.status: int | None = 200
        self.is_slow = False
        self._is_closed = Event()
        self._server: ThreadingHTTPServer | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        """The address for Apprise."""
        return f"json://127.0.0.1:{self.port}/{SECRET}"

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.received]

    def start(self) -> NoticeServer:
        """Listen; before that a connection is refused."""
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said: Any = json.loads(self.rfile.read(int(self.headers["content-length"])))
                ours.received.append((said["title"], said["message"]))
                if ours.is_slow:
                    ours._is_closed.wait(60)
                if ours.status is None:
                    self.close_connection = True
                    return
                self.send_response(ours.status)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def close(self) -> None:
        self._is_closed.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
