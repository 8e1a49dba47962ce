"""The listener against the real ``openbayestool`` and against other clients."""

from __future__ import annotations

import http.client
import json
import logging
import math
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from bayescore.listener import Listener, Reporter, listener_of_store
from bayescore.resources import resource
from bayescore.store import Database, DataFolder, Trial, events, jobs, points, trials
from support import official
from support.builders import a_submission
from support.workspace import wait_until

REPORTS = """
import sys, threading
import openbayestool as tool
tool.log_param("batch size", 32)
tool.log_param("optimizer", "adam")
tool.log_param("optimizer", "sgd")
for i in range(3):
    tool.log_metric("score", 0.1 * i)
tool.log_metric("验证/accuracy %", 0.5)
tool.log_metric("gone", 1)
tool.clear_metric("gone")
tool.clear_param("batch size")
tool.log_metric("a/b c?d#e", 1)
tool.clear_metric("a/b c?d#e")
def burst(n):
    for i in range(25):
        tool.log_metric(f"burst{n}", i)
threads = [threading.Thread(target=burst, args=(n,)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
"""


@dataclass
class Setup:
    """A listener with one job and two trials that may report."""

    database: Database
    listener: Listener[Reporter]
    trials: list[Trial]
    job_seq: int
    folder: Path

    def reporter(self, trial: Trial) -> Reporter:
        return Reporter(trial, self.job_seq, "score", ("loss",), self.folder / f"spool-{trial.id}.jsonl")

    def series(self, index: int = 0) -> dict[str, list[float]]:
        with self.database.read() as connection:
            return points.of_trial(connection, self.trials[index])

    def parameters(self) -> dict[str, object]:
        with self.database.read() as connection:
            return points.parameters_of(connection, self.trials[0])

    def events(self) -> list[str]:
        with self.database.read() as connection:
            return [str(e.text) for e in events.of_job(connection, self.trials[0].job)]

    def url(self, index: int = 0) -> str:
        return f"http://127.0.0.1:{self.listener.port}/trials/{self.trials[index].id}"

    def request(
        self,
        body: bytes | str,
        *,
        method: str = "PUT",
        token: str | None = None,
        path: str = "",
        scheme: str = "Bearer",
        index: int = 0,
    ) -> tuple[int, str]:
        """Send one request; returns status and answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.listener.port, timeout=10)
        headers = {"Authorization": f"{scheme} {token or self.trials[index].token}"}
        data = body.encode() if isinstance(body, str) else body
        try:
            connection.request(method, f"/trials/{self.trials[index].id}{path}", data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def client(self, program: str, index: int = 0) -> str:
        """Run a program with the real client; returns its output."""
        env = {"OPENBAYES_JOB_URL": self.url(index), "OPENBAYES_TOKEN": self.trials[index].token}
        done = official.python("-c", program, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    database = Database(DataFolder(tmp_path / "home")).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission())
        made = [trials.add(connection, job.id, n, {"x": 0.5}, "random") for n in (1, 2)]
    listener = listener_of_store(database)
    listener.start()
    setup = Setup(database, listener, made, job.seq, tmp_path)
    for trial in made:
        listener.admit(setup.reporter(trial))
    yield setup
    listener.stop()
    database.close()


def test_that_the_real_client_reports_everything(setup: Setup) -> None:
    said = setup.client(REPORTS)
    assert said == ""
    series = setup.series()
    assert series.pop("score") == [0.0, 0.1, 0.2]
    assert series.pop("验证/accuracy %") == [0.5]
    assert series == {f"burst{n}": [float(i) for i in range(25)] for n in range(4)}
    assert setup.parameters() == {"batch size": "", "optimizer": "sgd"}


def test_that_several_processes_of_a_trial_report_concurrently(setup: Setup) -> None:
    program = "import openbayestool as t\nfor i in range(20): t.log_metric('score', i)"
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: setup.client(program), range(4))) == {""}
    values = setup.series()["score"]
    assert sorted(values) == sorted([float(i) for i in range(20)] * 4)


def test_that_several_metrics_and_non_finite_values_in_one_body_are_kept_in_order(setup: Setup) -> None:
    body = '{"metrics": {"score": [{"value": NaN}, {"value": 1}], "loss": [{"value": Infinity}, {"value": -Infinity}]}}'
    assert setup.request(body)[0] == 200
    series = setup.series()
    assert math.isnan(series["score"][0])
    assert series["score"][1] == 1.0
    assert series["loss"] == [math.inf, -math.inf]


def test_that_a_point_is_on_disk_when_it_is_answered(setup: Setup) -> None:
    setup.request('{"metrics": {"score": [{"value": 3}]}}')
    other = Database(setup.database.folder).open()  # another connection sees committed data only
    with other.read() as connection:
        assert points.of_trial(connection, setup.trials[0]) == {"score": [3.0]}
    other.close()


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b"[]", 400, "object"),
        (b'{"metrics": []}', 400, "object"),
        (b'{"metrics": {"a": [{"value": "x"}]}}', 400, "not a number"),
        (b'{"metrics": {"a": [{"value": null}]}}', 400, "not a number"),
        (b'{"metrics": {"a": [{}]}}', 400, "not a number"),
        (b'{"metrics": {"\\ud800": [{"value": 1}]}}', 400, "Unicode"),
        (b'{"parameters": {"a": [1]}}', 400, "number or a string"),
        (b'{"metrics": {"' + b"k" * 5000 + b'": [{"value": 1}]}}', 400, "longer"),
        (b" " * (2**20 + 1), 413, "1 MiB"),
    ],
    ids=lambda v: v[:20].decode("latin-1") if isinstance(v, bytes) else None,
)
def test_that_a_bad_body_is_refused_with_a_reason_that_its_author_finds(
    setup: Setup, body: bytes, status: int, reason: str
) -> None:
    answered, said = setup.request(body)
    assert answered == status
    assert reason in said
    assert any(reason in event for event in setup.events())
    assert setup.series() == {}
    assert setup.request('{"metrics": {"score": [{"value": 1}]}}')[0] == 200


STOPPED = """
import http.client, os, signal
import openbayestool as tool
tool.log_metric("score", 1)
send = http.client.HTTPConnection.send
def send_head(self, data):
    send(self, data)
    os.kill(os.getpid(), signal.SIGKILL)  # the headers are sent, the body is not
http.client.HTTPConnection.send = send_head
tool.log_metric("score", 2)
"""


@pytest.mark.parametrize("packages", [official.PACKAGES, resource("client")], ids=["official", "own"])
def test_that_a_program_that_is_stopped_while_it_reports_is_not_blamed(
    setup: Setup, packages: Path, caplog: pytest.LogCaptureFixture
) -> None:
    env = {
        "OPENBAYES_JOB_URL": setup.url(),
        "OPENBAYES_TOKEN": setup.trials[0].token,
        "BAYESDESK_SPOOL": "",
        "PYTHONPATH": str(packages),
    }
    with caplog.at_level(logging.INFO, "bayescore.listener"):
        done = official.python("-c", STOPPED, env=env)
        assert done.returncode == -signal.SIGKILL, done.stderr
        wait_until(lambda: "ended within a report" in caplog.text, "the end of the connection is not noticed")
    assert setup.events() == []
    assert setup.series() == {"score": [1.0]}


def test_that_a_body_that_is_sent_in_full_counts_although_its_program_has_ended(setup: Setup) -> None:
    body = b'{"metrics": {"score": [{"value": 1}]}}'
    head = f"PUT /trials/{setup.trials[0].id} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", setup.listener.port), timeout=10) as client:
        client.sendall(f"{head}Authorization: Bearer {setup.trials[0].token}\r\n\r\n".encode() + body)
    wait_until(lambda: setup.series() == {"score": [1.0]}, "the report is not stored")
    assert setup.events() == []


def test_that_a_body_of_one_mebibyte_is_accepted(setup: Setup) -> None:
    count = 20_000
    body = json.dumps({"metrics": {"score": [{"value": i, "created_at": "2026"} for i in range(count)]}})
    padded = body + " " * (2**20 - len(body))
    assert len(padded) == 2**20
    assert setup.request(padded)[0] == 200
    assert len(setup.series()["score"]) == count


def test_that_a_chunked_body_over_the_limit_is_refused(setup: Setup) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", setup.listener.port, timeout=10)
    headers = {"Authorization": f"Bearer {setup.trials[0].token}"}
    chunks = (b"x" * 65536 for _ in range(40))
    try:
        connection.request("PUT", f"/trials/{setup.trials[0].id}", chunks, headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the listener closed the connection before all was sent
    finally:
        connection.close()
    assert setup.series() == {}


@pytest.mark.parametrize("token", ["", "wrong", "é".encode().decode("latin-1")])
def test_that_a_wrong_token_is_refused(setup: Setup, token: str) -> None:
    assert setup.request("{}", token=token or " ")[0] == 401


def test_that_a_token_is_useless_for_another_trial_and_another_scheme(setup: Setup) -> None:
    body = '{"metrics": {"score": [{"value": 1}]}}'
    assert setup.request(body, token=setup.trials[1].token)[0] == 401
    assert setup.request(body, scheme="Basic")[0] == 401
    assert setup.request(body, scheme="bearer")[0] == 200
    assert setup.request(body, method="DELETE", path="/metrics/score", token=setup.trials[1].token)[0] == 401
    assert setup.series() == {"score": [1.0]}
    assert setup.series(1) == {}


def test_that_a_token_expires_a_grace_period_after_its_trial(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bayescore.listener import app

    body = '{"metrics": {"score": [{"value": 1}]}}'
    setup.listener.retire(str(setup.trials[0].id))
    assert setup.request(body)[0] == 200
    monkeypatch.setattr(app, "GRACE_S", -1.0)
    setup.listener.retire(str(setup.trials[0].id))
    assert setup.request(body)[0] == 401
    assert setup.series() == {"score": [1.0]}


def test_that_an_unknown_path_is_not_found_and_an_unknown_trial_is_answered_as_a_wrong_token(
    setup: Setup,
) -> None:
    assert setup.request("{}", path="/else")[0] == 404
    assert setup.request("{}", method="POST")[0] == 405
    connection = http.client.HTTPConnection("127.0.0.1", setup.listener.port, timeout=10)
    connection.request("PUT", "/trials/999", b"{}", {"Authorization": "Bearer x"})
    assert connection.getresponse().status == 401
    connection.close()


def test_that_the_port_is_kept_until_another_program_uses_it(setup: Setup) -> None:
    port = setup.listener.port
    setup.listener.stop()
    again = listener_of_store(setup.database)
    again.start()
    assert again.port == port
    again.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        setup.listener = listener_of_store(setup.database)
        setup.listener.start()
        assert setup.listener.port not in (0, port)


def test_that_the_listener_is_bound_to_loopback_and_the_bridge_only(setup: Setup) -> None:
    from bayescore.network import bridge_address

    allowed = {"127.0.0.1", bridge_address()}
    assert {address.rpartition(":")[0] for address in setup.listener.addresses} <= allowed
    others = {i[4][0] for i in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - allowed
    for other in others - {"127.0.1.1"}:
        with pytest.raises(OSError), socket.create_connection((other, setup.listener.port), timeout=2):  # noqa: PT011
            pass


def test_that_unexpected_first_metrics_give_one_warning_with_the_closest_name(setup: Setup) -> None:
    for _ in range(3):
        setup.request('{"metrics": {"epoch": [{"value": 1}], "Score": [{"value": 1}]}}')
    warnings = [e for e in setup.events() if "Score" in e]
    assert len(warnings) == 1
    assert "“score”" in warnings[0]


def test_that_a_side_metric_reported_first_gives_no_warning(setup: Setup) -> None:
    setup.request('{"metrics": {"loss": [{"value": 1}]}}')
    assert setup.events() == []


def test_that_a_store_that_cannot_be_written_is_answered_503(setup: Setup) -> None:
    with setup.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON points BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    assert setup.request('{"metrics": {"score": [{"value": 1}]}}')[0] == 503
    assert [setup.listener.has_lost_reports(setup.reporter(trial)) for trial in setup.trials] == [True, False]
    with setup.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert setup.request('{"metrics": {"score": [{"value": 2}]}}')[0] == 200
    assert setup.series() == {"score": [2.0]}


def test_that_a_spool_file_is_read_once_in_order_and_before_later_points(setup: Setup) -> None:
    spool = setup.reporter(setup.trials[0]).spool
    lines = [json.dumps({"metrics": {"score": [{"value": i}]}}) for i in range(5)]
    spool.write_text("\n".join(lines) + '\nnot json\n{"metrics": {"score": [{"value":', encoding="utf-8")
    assert setup.request('{"metrics": {"score": [{"value": 99}]}}')[0] == 200
    assert setup.series()["score"] == [0, 1, 2, 3, 4, 99]
    with spool.open("a", encoding="utf-8") as file:
        file.write(" 5}]}}\n")
    setup.listener.take_spool(setup.reporter(setup.trials[0])).result(timeout=10)
    setup.listener.take_spool(setup.reporter(setup.trials[0])).result(timeout=10)
    assert setup.series()["score"] == [0, 1, 2, 3, 4, 99, 5]


def test_that_many_concurrent_clients_are_all_answered(setup: Setup) -> None:
    def send(n: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", setup.listener.port, timeout=20)
        trial = setup.trials[n % 2]
        for i in range(50):
            body = json.dumps({"metrics": {f"m{n}": [{"value": i}]}})
            connection.request("PUT", f"/trials/{trial.id}", body, {"Authorization": f"Bearer {trial.token}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
        connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(16)))
    both = setup.series(0) | setup.series(1)
    assert both == {f"m{n}": [float(i) for i in range(50)] for n in range(16)}
    assert threading.active_count() < 100
