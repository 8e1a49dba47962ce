"""Hostile requests to the listener."""

from __future__ import annotations

import json
import random
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.listener import Listener, Reporter, listener_of_store
from bayescore.store import Database, DataFolder, Trial, jobs, points, trials
from support.builders import a_submission

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "", "A" * 9000)
_PATHS = (
    "/", "/trials/1", "/trials/2", "/trials/-1", "/trials/1/../2", "/trials/%31", "/trials//1", "*", "//host/x",
    "/trials/1/metrics/..%2F..%2Fetc%2Fpasswd", "/trials/1/metrics/%00", "/trials/1/metrics/%ff", "/health/../x",
    "/trials/1/bell", "/trials/x/bell", "/trials/1/metrics/" + "a" * 70_000, "/trials/" + "9" * 5000, "http://[::1", "/trials/1?x=1#y", "/%", "/\x7f",
)  # fmt: skip
_BODIES = (
    b"", b"{", b"null", b"[]", b'{"metrics": {"score": [{"value": 1}]}}', b'{"metrics": {"score": 1e999}}',
    b'{"metrics": {"": [{}]}}', b'{"metrics": []}', b'{"parameters": {"a": {"b": 1}}}', b"[" * 100_000,
    b'{"a":' * 50_000, b"\xff\xfe", b'{"metrics": {"\\ud800": 1}}', b'{"clear": 1}', b"9" * 5000,
    b'{"metrics": {"a": ' + b"9" * 5000 + b"}}", b'{"parameters": {"a": "\\udcff"}}', b'{"clear": "\\ud800"}',
    b'{"metrics": {"a": [' + b"1," * 200_000 + b"1]}}", b'{"parameters": {"a": "' + b"x" * 70_000 + b'"}}',
)  # fmt: skip


@dataclass
class AttackedListener:
    """A listener with two trials; the requests do not know the token of the second one."""

    database: Database
    listener: Listener[Reporter]
    trials: list[Trial]
    job_seq: int
    root: Path

    @classmethod
    def at(cls, root: Path) -> AttackedListener:
        """A listener in a new folder."""
        database = Database(DataFolder(root / "home")).open()
        with database.write() as connection:
            job = jobs.add(connection, a_submission())
            made = [trials.add(connection, job.id, n, {"x": 0.5}, "random") for n in (1, 2)]
        listener = listener_of_store(database)
        listener.start()
        attacked = cls(database, listener, made, job.seq, root)
        attacked.admit_all()
        return attacked

    @property
    def reporters(self) -> list[Reporter]:
        """Trials that may report, by token."""
        return [
            Reporter(t, self.job_seq, "score", (), self.root / f"spool-{t.id}.jsonl") for t in self.trials
        ]

    def admit_all(self) -> None:
        """Accept reports of the trials with their current tokens."""
        with self.database.read() as connection:
            self.trials = [trials.get(connection, trial.id) for trial in self.trials]
        for reporter in self.reporters:
            self.listener.admit(reporter)

    def close(self) -> None:
        """Stop the listener."""
        self.listener.stop()
        self.database.close()

    def check(self, rng: random.Random) -> None:
        """Send bytes; afterwards the listener must answer and the other trial must have no points."""
        with socket.create_connection(("127.0.0.1", self.listener.port), timeout=10) as opened:
            opened.settimeout(10)
            with suppress(OSError):  # it may close the connection
                opened.sendall(self._request(rng))
                if rng.random() < 0.7:
                    opened.shutdown(socket.SHUT_WR)
                    answer = opened.recv(65536)
                    assert answer == b"" or answer.startswith(b"HTTP/1."), answer[:100]
                    assert b"Traceback" not in answer
                    assert not answer.startswith(b"HTTP/1.1 500"), answer[:300]
        self.answers()
        with self.database.read() as connection:
            assert points.of_trial(connection, self.trials[1]) == {}
            assert points.parameters_of(connection, self.trials[1]) == {}

    def answers(self) -> None:
        """Whether the listener answers."""
        with socket.create_connection(("127.0.0.1", self.listener.port), timeout=10) as opened:
            opened.settimeout(10)
            opened.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            assert b" 200 " in opened.recv(4096)

    def _request(self, rng: random.Random) -> bytes:
        if rng.random() < 0.1:
            return rng.randbytes(rng.randrange(1, 5000))
        tokens = [self.trials[0].token, "", "x", "é", self.trials[0].token[:-1], "a" * 20_000]
        body = rng.choice(_BODIES)
        path = rng.choice(_PATHS)
        if "/trials/2" in path:
            tokens.append("guess")
        lines = [f"{rng.choice(_METHODS)} {path} HTTP/{rng.choice(['1.1', '1.0', '9.9', '2'])}"]
        lines += [f"Authorization: {rng.choice(['Bearer', 'bearer', 'Basic', ''])} {rng.choice(tokens)}"]
        length = rng.choice([len(body), len(body) + 10, max(0, len(body) - 1), -1, 2**70, "x", "1, 2"])
        framing = rng.choice(["length", "length", "chunked", "both", "none"])
        if framing in ("length", "both"):
            lines.append(f"Content-Length: {length}")
        if framing in ("chunked", "both"):
            lines.append("Transfer-Encoding: chunked")
            size = rng.choice([f"{len(body):x}", "-1", "fffffffffffffffff", "zz", ""])
            trailer = rng.choice([b"", b"", b"X: y\r\n", b"X: " + b"y" * 100_000, b"X: y\r\n" * 20_000])
            extension = rng.choice([b"", b"", b";x=y", b";" + b"x" * 100_000])
            body = size.encode() + extension + b"\r\n" + body + b"\r\n0\r\n" + trailer + b"\r\n"
        lines += [
            rng.choice(
                [
                    "X: y",
                    "X: " + "y" * 30_000,
                    "X: " + "y" * 300_000,
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==",
                    "No colon",
                    ": empty",
                    "Host:",
                    "X:\x00",
                    "Expect: 100-continue",
                ]
            )
        ]
        lines += [f"X-{i}: {i}" for i in range(rng.choice([0, 0, 0, 500, 9000]))]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def open_silent_connections(port: int, count: int) -> list[socket.socket]:
    """Open connections that send a little and then nothing."""
    opened = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=10)
        one.sendall(b"PUT /trials/1 HTTP/1.1\r\nContent-Length: 100\r\n")
        opened.append(one)
    return opened


def report(value: float) -> bytes:
    """The body of a valid report."""
    return json.dumps({"metrics": {"score": [{"value": value}]}}).encode()
