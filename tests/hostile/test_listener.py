"""Hostile requests to the listener, and trials that try to harm others."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bayescore.i18n import text
from bayescore.listener import (
    BadReportError,
    Report,
    attempt,
    connection,
    listener_of_store,
    read_spool,
    size_of,
)
from bayescore.store import Database, events, points, settings
from hostile import http as hostile_http
from support.workspace import Workspace, wait_until

LINE = b'{"metrics": {"score": [{"value": 1, "created_at": "2026-01-01T00:00:00.000000"}]}}\n'
SURROGATE = b'{"parameters": {"file": "a\\ud800.txt"}}'


@pytest.fixture
def attacked(tmp_path: Path) -> Iterator[hostile_http.AttackedListener]:
    made = hostile_http.AttackedListener.at(tmp_path)
    yield made
    made.close()


def opened(attacked: hostile_http.AttackedListener) -> socket.socket:
    return socket.create_connection(("127.0.0.1", attacked.listener.port), timeout=10)


def answer_to(attacked: hostile_http.AttackedListener, request: bytes) -> bytes:
    """The answer until the listener closes the connection."""
    with opened(attacked) as one:
        one.sendall(request)
        answer = b""
        with suppress(ConnectionError):
            while part := one.recv(65536):
                answer += part
        return answer


def put(attacked: hostile_http.AttackedListener, body: bytes, index: int = 0) -> tuple[int, str]:
    trial = attacked.trials[index]
    one = http.client.HTTPConnection("127.0.0.1", attacked.listener.port, timeout=10)
    one.request("PUT", f"/trials/{trial.id}", body, {"Authorization": f"Bearer {trial.token}"})
    answer = one.getresponse()
    said = answer.read().decode()
    one.close()
    return answer.status, said


def series(attacked: hostile_http.AttackedListener, index: int = 0) -> dict[str, list[float]]:
    with attacked.database.read() as reading:
        return points.of_trial(reading, attacked.trials[index])


def events_of(attacked: hostile_http.AttackedListener, kind: str) -> list[str]:
    with attacked.database.read() as reading:
        return [str(e.text) for e in events.of_job(reading, attacked.trials[0].job) if e.kind == kind]


# ---- heads and bodies


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\nX: " + b"y" * 80_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 80_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"\r\n" * 40_000,
    ],
    ids=["header", "line", "many", "nothing"],
)
def test_that_a_head_over_64_kib_is_refused(attacked: hostile_http.AttackedListener, head: bytes) -> None:
    assert answer_to(attacked, head).startswith(b"HTTP/1.1 431 ")
    attacked.answers()


def test_that_a_head_of_60_kib_is_read(attacked: hostile_http.AttackedListener) -> None:
    head = b"GET /health HTTP/1.1\r\nConnection: close\r\nX: " + b"y" * 60_000 + b"\r\n\r\n"
    assert answer_to(attacked, head).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "begun",
    [
        b"PUT /trials/1 HTTP/1.1\r\nX: ",
        b"PUT /trials/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
        b"PUT /trials/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["header", "trailer", "extension"],
)
def test_that_an_endless_header_uses_no_memory_and_delays_no_other_request(
    attacked: hostile_http.AttackedListener, begun: bytes
) -> None:
    before = psutil.Process().memory_info().rss
    flood = b"y" * 2**20
    sent = 0
    with opened(attacked) as one, suppress(ConnectionError, TimeoutError):
        one.settimeout(2)
        one.sendall(begun)
        while sent < 300:
            one.sendall(flood)
            sent += 1
            if sent % 50 == 0:
                attacked.answers()
    assert sent < 100
    assert psutil.Process().memory_info().rss - before < 64 * 2**20
    attacked.answers()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /hea",
        b"\r\n",
        b"PUT /trials/1 HTTP/1.1\r\nX: y\r\n",
        b"PUT /trials/1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n1",
    ],
    ids=["nothing", "line", "blank", "headers", "body"],
)
def test_that_the_connection_of_an_incomplete_request_is_closed(
    attacked: hostile_http.AttackedListener, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    monkeypatch.setattr(connection, "BODY_S", 0.4)
    answer = answer_to(attacked, begun)  # the timeout is ten seconds
    assert answer == b"" or b" 401 " in answer


def test_that_the_connection_of_an_endless_body_is_closed(
    attacked: hostile_http.AttackedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    monkeypatch.setattr(connection, "BODY_S", 0.4)
    token = attacked.trials[0].token.encode()
    head = b"PUT /trials/1 HTTP/1.1\r\nAuthorization: Bearer " + token + b"\r\nContent-Length: 100\r\n\r\n{"
    assert answer_to(attacked, head) == b""


def test_that_pipelined_requests_are_answered_in_order(attacked: hostile_http.AttackedListener) -> None:
    token = attacked.trials[0].token.encode()
    body = b'{"metrics": {"score": [{"value": %d}]}}'
    requests = b""
    for i in range(500):
        said = body % i
        requests += b"PUT /trials/1 HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n" % (
            token,
            len(said),
        )
        requests += (b"Connection: close\r\n" if i == 499 else b"") + b"\r\n" + said
    assert answer_to(attacked, requests).count(b"HTTP/1.1 200 ") == 500
    assert series(attacked) == {"score": [float(i) for i in range(500)]}


def test_that_large_uploads_do_not_block_small_reports(attacked: hostile_http.AttackedListener) -> None:
    token = attacked.trials[0].token.encode()
    size = 2**20
    head = b"PUT /trials/1 HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (token, size)
    held = []
    try:
        for _ in range(40):  # without the last byte
            one = opened(attacked)
            held.append(one)
            with suppress(ConnectionError):
                one.sendall(head + b" " * (size - 1))
        assert put(attacked, LINE, 1)[0] == 200
        wait_until(lambda: any(_said(one).startswith(b"HTTP/1.1 503") for one in held), "none was refused")
    finally:
        for one in held:
            one.close()
    wait_until(lambda: put(attacked, LINE + b" " * (size - 100))[0] == 200, "memory is not given back")


def _said(one: socket.socket) -> bytes:
    one.setblocking(False)
    try:
        return one.recv(65536, socket.MSG_PEEK)
    except OSError:
        return b""


def test_that_a_protocol_upgrade_does_not_bypass_the_limits(attacked: hostile_http.AttackedListener) -> None:
    request = (
        b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with opened(attacked) as one:
        one.sendall(request)
        assert one.recv(4096).startswith(b"HTTP/1.1 200 ")


# ---- spool files


def spool_of(attacked: hostile_http.AttackedListener, index: int = 0) -> Path:
    return attacked.reporters[index].spool


def test_that_a_long_spool_file_delays_no_other_trial_or_process(
    attacked: hostile_http.AttackedListener,
) -> None:
    spool_of(attacked).write_bytes(LINE * 400_000)
    taken = attacked.listener.take_spool(attacked.reporters[0])
    assert put(attacked, LINE, 1)[0] == 200
    other = Database(attacked.database.folder).open()
    with other.write() as writing:
        settings.put(writing, "a", "b")
    other.close()
    assert put(attacked, LINE, 1)[0] == 200
    assert not taken.done()
    attacked.listener.stop()  # reads only a part
    with pytest.raises(Exception, match="is stopping"):
        taken.result(timeout=10)
    with attacked.database.read() as reading:
        offset = points.spool_offset(reading, attacked.trials[0])
        count = len(points.of_trial(reading, attacked.trials[0])["score"])
    assert 0 < offset == count * len(LINE)


@pytest.mark.parametrize("size", [40 * 2**30, 40 * 2**30 + 1234])
def test_that_holes_in_a_spool_file_are_skipped_and_the_lines_after_them_are_read(
    attacked: hostile_http.AttackedListener, size: int
) -> None:
    spool = spool_of(attacked)
    spool.write_bytes(LINE + LINE[:20])
    os.truncate(spool, size)
    with spool.open("ab") as file:
        file.write(LINE)
    os.truncate(spool, 2 * size)
    with spool.open("ab") as file:
        file.write(LINE)
    attacked.listener.take_spool(attacked.reporters[0]).result(timeout=10)
    assert series(attacked) == {"score": [1.0, 1.0, 1.0]}
    assert put(attacked, LINE)[0] == 200


def test_that_a_spool_file_is_read_up_to_a_limit_and_the_excess_is_reported_once(
    attacked: hostile_http.AttackedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "MAX_SPOOL_BYTES", 2**20)
    spool_of(attacked).write_bytes(LINE * 40_000)
    attacked.listener.take_spool(attacked.reporters[0]).result(timeout=20)
    found = len(series(attacked)["score"])
    assert 2**20 <= found * len(LINE) <= 2**20 + 2**18
    assert put(attacked, LINE)[0] == 200
    attacked.listener.stop()
    attacked.listener = listener_of_store(attacked.database)
    attacked.listener.start()
    attacked.listener.take_spool(attacked.reporters[0]).result(timeout=20)
    assert len(series(attacked)["score"]) == found + 1
    assert len(events_of(attacked, "spool_full")) == 1


def test_that_an_endless_line_is_skipped(attacked: hostile_http.AttackedListener) -> None:
    spool_of(attacked).write_bytes(b"x" * (9 * 2**20) + b"\n" + LINE)
    attacked.listener.take_spool(attacked.reporters[0]).result(timeout=20)
    assert series(attacked) == {"score": [1.0]}


def test_that_many_points_are_cleared_in_batches(
    attacked: hostile_http.AttackedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bayescore.listener import intake

    monkeypatch.setattr(intake, "_CLEARED_ROWS", 30)
    spool_of(attacked).write_bytes(LINE * 100 + b'{"clear": "score"}\n' + LINE * 2)
    attacked.listener.take_spool(attacked.reporters[0]).result(timeout=20)
    assert series(attacked) == {"score": [1.0, 1.0]}
    assert put(attacked, b'{"clear": "score"}')[0] == 200
    assert series(attacked) == {}


def test_that_the_number_of_names_of_a_trial_is_limited(
    attacked: hostile_http.AttackedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "MAX_NAMES", 10)
    spool_of(attacked).write_bytes(b"".join(b'{"metrics": {"m%d": 1}}\n' % i for i in range(30)))
    status, said = put(attacked, json.dumps({"parameters": {f"p{i}": 1 for i in range(11)}}).encode())
    assert status == 400
    assert "10" in said
    assert put(attacked, json.dumps({"parameters": {f"p{i}": 1 for i in range(10)}}).encode())[0] == 200
    assert put(attacked, b'{"parameters": {"p11": 1}}')[0] == 400
    assert put(attacked, b'{"metrics": {"m3": 1}}')[0] == 200
    assert sorted(series(attacked)) == sorted(f"m{i}" for i in range(10))
    assert len(events_of(attacked, "spool_refused")) == 1
    attacked.listener.stop()
    attacked.listener = listener_of_store(attacked.database)
    attacked.listener.start()
    attacked.listener.admit(attacked.reporters[0])
    assert put(attacked, b'{"metrics": {"m11": 1}}')[0] == 400


def test_that_a_spool_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "points.jsonl").write_bytes(LINE)
    closed.chmod(0)
    look = (
        "import os, sys\nfrom pathlib import Path\nfrom bayescore.listener import read_spool, size_of\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "print(size_of(Path(sys.argv[1])), len(read_spool(Path(sys.argv[1]), 0).lines))"
    )
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o011)
    for spool in (loop / "points.jsonl", closed / "points.jsonl", tmp_path / ("x" * 300)):
        seen = subprocess.run([sys.executable, "-c", look, str(spool)], capture_output=True, text=True)
        assert seen.stdout == "0 0\n", seen.stderr
    assert (size_of(loop / "x"), read_spool(loop / "x", 0).lines) == (0, ())
    closed.chmod(0o700)


# ---- reports that cannot be stored


def test_that_only_the_report_with_a_lone_surrogate_is_refused(
    attacked: hostile_http.AttackedListener,
) -> None:
    spool_of(attacked).write_bytes(LINE + SURROGATE + b"\n" + LINE + b'{"clear": "\\udcff"}\n' + LINE)
    for body in (
        SURROGATE,
        b'{"clear": "\\ud800"}',
        b'{"parameters": {"\\ud800": 1}}',
        b'{"metrics": {"\xed\xa0\x80": 1}}',
    ):
        status, said = put(attacked, body)
        assert status == 400
        assert "Unicode" in said
        assert put(attacked, LINE, 1)[0] == 200
    assert put(attacked, LINE)[0] == 200
    assert series(attacked) == {"score": [1.0] * 4}
    assert series(attacked, 1) == {"score": [1.0] * 4}
    assert len(events_of(attacked, "spool_refused")) == 1
    assert len(events_of(attacked, "report_refused")) == 4


def test_that_only_the_report_that_cannot_be_stored_is_lost(attacked: hostile_http.AttackedListener) -> None:
    with attacked.database.write():  # the intake is blocked, so that all of these share a transaction
        good = [
            attacked.listener.take(attacked.reporters[i % 2], Report((("score", float(i)),)))
            for i in range(50)
        ]
        bad = attacked.listener.take(attacked.reporters[0], Report(parameters={"past the door": "\ud800"}))
        good += [
            attacked.listener.take(attacked.reporters[i % 2], Report((("score", float(i)),)))
            for i in range(50)
        ]
    for future in good:
        future.result(timeout=10)
    with pytest.raises(BadReportError):
        bad.result(timeout=10)
    assert len(series(attacked)["score"]) == len(series(attacked, 1)["score"]) == 50
    assert not attacked.listener.has_lost_reports(attacked.reporters[1])


# ---- notifications, and a port that another account has taken


def test_that_a_notification_needs_no_token_and_reveals_nothing(
    attacked: hostile_http.AttackedListener,
) -> None:
    answers = set()
    spool_of(attacked).write_bytes(LINE)
    for trial in (attacked.trials[0].id, 999, "x"):
        answer = answer_to(attacked, b"POST /trials/%s/bell HTTP/1.0\r\n\r\n" % str(trial).encode())
        answers.add(b"\n".join(line for line in answer.splitlines() if not line.startswith(b"date")))
    assert len(answers) == 1
    assert b" 200 " in answers.pop()
    wait_until(lambda: series(attacked) == {"score": [1.0]}, "the file was not looked at")


def test_that_a_token_that_another_program_may_have_received_is_invalidated(
    attacked: hostile_http.AttackedListener,
) -> None:
    port, received = attacked.listener.port, attacked.trials[0].token
    attacked.listener.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        attacked.listener = listener_of_store(attacked.database)
        attacked.listener.start()
    attacked.admit_all()
    assert attacked.trials[0].token != received
    request = (
        f"PUT /trials/1 HTTP/1.0\r\nAuthorization: Bearer {received}\r\nContent-Length: {len(LINE)}\r\n\r\n"
    )
    assert b" 401 " in answer_to(attacked, request.encode() + LINE)
    assert put(attacked, LINE)[0] == 200
    (message,) = events_of(attacked, "port_taken")
    assert str(port) in message


# ---- whole jobs


def test_that_a_program_that_damages_its_spool_folder_fails_only_its_own_trial(workspace: Workspace) -> None:
    program = """
import os, shutil
folder = os.path.dirname(os.environ["BAYESDESK_SPOOL"])
shutil.rmtree(folder)
os.symlink(folder, folder)
"""
    workspace.write(program, max_job_count=1)
    job = workspace.tune()
    assert job["state"] == "no_metric", job["reason"]


def test_that_a_name_that_is_not_utf8_is_reported(attacked: hostile_http.AttackedListener) -> None:
    said = text("{link} points out of the project.", link=os.fsdecode(b"bad-\xff"))
    with attacked.database.write() as writing:
        events.add(writing, attacked.trials[0].job, "link_outside", text("So: {said}", said=said))
    (message,) = events_of(attacked, "link_outside")
    assert message == "So: bad-\\udcff points out of the project."
