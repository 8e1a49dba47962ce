"""Throughput and latency of an engine's listener while a model is fitted."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from bayescore.resources import resource
from bayescore.store import Trial
from bench.figure import Figure
from support.workspace import Workspace

_CLIENTS = 8
_CALLS = 20_000
SECONDS = 8.0
_WAIT = "import time\nwhile True: time.sleep(1)\n"
_FIT = """
import sys
sys.path.insert(0, {tests!r})
from bench.suggesting import long_run
print("ready", flush=True)
while True:
    long_run(60)
"""
_INJECTED = """
import time
import openbayestool as t
began = time.perf_counter()
for i in range({count}): t.log_metric("score", i)
print(time.perf_counter() - began)
"""


def measure() -> Iterator[Figure]:
    """Points a second of eight clients, and the 99th percentile of the latency."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.write(_WAIT, max_job_count=_CLIENTS, parallel_count=_CLIENTS)
        job = workspace.begin()
        running = workspace.wait_running(job, _CLIENTS)
        port = port_of(workspace)
        fitting = subprocess.Popen(
            [sys.executable, "-c", _FIT.format(tests=str(Path(__file__).parents[1]))], stdout=subprocess.PIPE
        )
        assert fitting.stdout is not None
        fitting.stdout.readline()
        try:
            latencies = load(port, running)
        finally:
            fitting.kill()
        stored = sum(
            len(v)
            for t in workspace.run("show", job, "--json").json()["trials"]
            for v in t["metrics"].values()
        )
        assert stored == len(latencies), f"{stored} points are stored and {len(latencies)} were sent"
        injected = log_with_client(workspace, running[0], port, _CALLS) / _CALLS * 1e3
        workspace.close()
    latencies.sort()
    yield Figure(
        "listener, 8 clients, while a model is fitted", len(latencies) / SECONDS, "points/s", at_least=2000
    )
    yield Figure("listener, 99th percentile", latencies[int(0.99 * len(latencies))] * 1e3, "ms", at_most=50)
    yield Figure("injected client, one call", injected, "ms a point", at_most=1)


def port_of(workspace: Workspace) -> int:
    """The listener's port."""
    listener = workspace.run("engine", "status", "--json").json()["listener"]
    return int(listener[0].rpartition(":")[2])


def load(port: int, running: list[Trial]) -> list[float]:
    """Let every trial report at full speed for ``SECONDS``; latencies in seconds."""
    context = get_context("spawn")
    with context.Pool(len(running)) as pool:
        until = time.time() + 1.0 + len(running) / 4  # all clients have started by then
        parts = pool.starmap(_client, [(port, t.id, t.token, until) for t in running])
    return [latency for part in parts for latency in part]


def _client(port: int, trial: int, token: str, begin: float) -> list[float]:
    """Send points one after the other over one connection; latencies in seconds."""
    body = b'{"metrics": {"score": [{"value": 0.5, "created_at": "2026-01-01T00:00:00"}]}}'
    head = f"PUT /trials/{trial} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    request = head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
    latencies = []
    time.sleep(max(0.0, begin - time.time()))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            sent = time.monotonic()
            connection.sendall(request)
            answer = connection.recv(4096)
            while not answer.endswith(b"ok\n"):
                more = connection.recv(4096)
                assert more, answer
                answer += more
            latencies.append(time.monotonic() - sent)
            assert answer.startswith(b"HTTP/1.1 200"), answer
    return latencies


def log_with_client(workspace: Workspace, trial: Trial, port: int, count: int) -> float:
    """Seconds to log ``count`` points with the injected client."""
    done = subprocess.run(
        [sys.executable, "-c", _INJECTED.format(count=count)],
        env={
            "PYTHONPATH": str(resource("client")),
            "OPENBAYES_JOB_URL": f"http://127.0.0.1:{port}/trials/{trial.id}",
            "OPENBAYES_TOKEN": trial.token,
            "BAYESDESK_SPOOL": str(workspace.data.trial(trial.job, trial.number) / "spool" / "points.jsonl"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
