"""Our own ``openbayestool``: the same names, and no point is lost while the listener is down."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bayescore.resources import resource
from support import official
from support.programs import wait_for
from support.workspace import Workspace, wait_until

NAMES = "import json, openbayestool as t; print(json.dumps(sorted(t.__all__)))"


def ours(program: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program with our client, its spool in ``tmp_path`` and no listener."""
    environment = {
        **{k: v for k, v in os.environ.items() if "OPENBAYES" not in k},
        "PYTHONPATH": str(resource("client")),
        "OPENBAYES_JOB_URL": "http://127.0.0.1:9/trials/1",
        "OPENBAYES_TOKEN": "secret-token",
        "BAYESDESK_SPOOL": str(tmp_path / "points.jsonl"),
        **env,
    }
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )


def spooled(tmp_path: Path) -> list[dict]:
    return [json.loads(line) for line in (tmp_path / "points.jsonl").read_text().splitlines()]


def test_that_it_has_every_public_name_of_the_real_one(tmp_path: Path) -> None:
    theirs = set(json.loads(official.python("-c", NAMES).stdout))
    mine = set(json.loads(ours(NAMES, tmp_path).stdout))
    assert theirs <= mine


def test_that_it_needs_the_standard_library_only_and_no_new_syntax() -> None:
    import ast

    for file in resource("client").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 6))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert {n.name.partition(".")[0] for n in node.names} <= set(sys.stdlib_module_names)


def test_that_points_are_kept_in_order_while_there_is_no_listener(tmp_path: Path) -> None:
    program = """
import openbayestool as t
for i in range(1000): t.log_metric("score", i)
t.log_param("lr", 0.1); t.clear_metric("a/b"); t.clear_param("lr")
"""
    done = ours(program, tmp_path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    reports = spooled(tmp_path)
    assert [r["metrics"]["score"][0]["value"] for r in reports[:1000]] == list(range(1000))
    assert reports[1000:] == [{"parameters": {"lr": 0.1}}, {"clear": "a/b"}, {"parameters": {"lr": ""}}]


def test_that_it_never_raises_into_the_program(tmp_path: Path) -> None:
    program = """
import openbayestool as t
address = t.get_callback_url()
class Odd:
    def __float__(self): raise RuntimeError("odd")
t.log_metric("a", "text"); t.log_metric("a", None); t.log_metric("a", [1]); t.log_metric("a", Odd())
t.log_metric(3, 1); t.log_metric(None, 1); t.log_metric("a", float("nan")); t.log_metric("a", 10**400)
t.log_param("a", [1]); t.log_param("a", object()); t.clear_metric(None); t.clear_param(1)
t.log_metric("\\ud800", 1)
t.set_callback_url("nonsense"); t.log_metric("a", 1)
t.set_callback_url(None); t.log_metric("a", 1); t.set_callback_url(address)
for _ in range(300):
    t.set_access_token(None); t.log_metric("a", 1); t.set_access_token("other"); t.log_metric("a", 1)
print("went on")
"""
    done = ours(program, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "went on\n"
    assert "Traceback" not in done.stderr
    assert "secret-token" not in done.stderr


def heard_by_another_listener(program: str, tmp_path: Path, **env: str) -> str:
    """What a program sends to whoever listens at its address first."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        server.settimeout(20)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/trials/1"
        done = pool.submit(ours, program, tmp_path, OPENBAYES_JOB_URL=url, **env)
        opened, _ = server.accept()
        with opened:
            heard = opened.recv(65536).decode()
            opened.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        (tmp_path / "heard").touch()
        assert done.result().returncode == 0
    return heard


def test_that_a_program_at_the_listeners_port_receives_no_token(tmp_path: Path) -> None:
    program = f"""
import os, time, openbayestool as t
t.log_metric("score", 1)
while not os.path.exists({str(tmp_path / "heard")!r}): time.sleep(0.01)
"""
    heard = heard_by_another_listener(program, tmp_path)
    assert heard.startswith("POST /trials/1/bell HTTP/1.1\r\n")
    assert "secret-token" not in heard
    assert spooled(tmp_path)[0]["metrics"]["score"][0]["value"] == 1


def test_that_a_report_without_a_file_has_its_token(tmp_path: Path) -> None:
    program = "import openbayestool as t; t.log_metric('score', 1)"
    heard = heard_by_another_listener(program, tmp_path, BAYESDESK_SPOOL="")
    assert heard.startswith("PUT /trials/1 HTTP/1.1\r\n")
    assert "Bearer secret-token" in heard


def test_that_invalid_unicode_is_refused_with_a_message_to_the_program(tmp_path: Path) -> None:
    program = """
import openbayestool as t
t.log_param("file", "a\\udcff"); t.log_metric("\\ud800", 1); t.clear_metric("\\udcff"); t.log_metric("score", 1)
"""
    done = ours(program, tmp_path)
    assert done.stderr.count("not valid Unicode") == 3
    assert [list(report) for report in spooled(tmp_path)] == [["metrics"]]


def test_that_it_continues_without_a_place_for_its_file(tmp_path: Path) -> None:
    done = ours(
        "import openbayestool as t; t.log_metric('a', 1); print('on')",
        tmp_path,
        BAYESDESK_SPOOL="/nowhere/x",
    )
    assert (done.returncode, done.stdout) == (0, "on\n")


def test_that_forked_workers_and_threads_report_whole_lines(tmp_path: Path) -> None:
    program = """
import multiprocessing, threading
import openbayestool as t
t.log_metric("main", 0)
def work(n):
    def burst(k):
        for i in range(50): t.log_metric(f"w{n}.{k}", i)
    threads = [threading.Thread(target=burst, args=(k,)) for k in range(3)]
    [x.start() for x in threads]; [x.join() for x in threads]
workers = [multiprocessing.get_context("fork").Process(target=work, args=(n,)) for n in range(4)]
[w.start() for w in workers]; [w.join() for w in workers]
"""
    assert ours(program, tmp_path).returncode == 0
    series: dict[str, list[float]] = {}
    for report in spooled(tmp_path):
        for key, (point,) in report["metrics"].items():
            series.setdefault(key, []).append(point["value"])
    assert series.pop("main") == [0]
    assert series == {f"w{n}.{k}": list(range(50)) for n in range(4) for k in range(3)}


def test_that_points_logged_while_the_engine_is_away_arrive_once_in_order(
    workspace: Workspace, tmp_path: Path
) -> None:
    go, ready = tmp_path / "go", tmp_path / "ready"
    program = f"""
import pathlib
from openbayestool import log_metric
for i in range(10): log_metric("score", i)
pathlib.Path({str(ready)!r}).touch()
{wait_for(go)}for i in range(10, 20): log_metric("score", i)
log_metric("score", float("nan")); log_metric("score", float("-inf"))
pathlib.Path({str(ready)!r} + "2").touch()
"""
    workspace.write(program, max_job_count=1)
    job = workspace.begin()
    wait_until(ready.exists, "the program has not begun")
    workspace.kill_watchdog_and_engine()
    go.touch()
    wait_until(Path(f"{ready}2").exists, "the program has not ended")
    workspace.run("engine", "start")
    ended = workspace.wait_ended(job)
    assert ended["trials"][0]["metrics"]["score"] == [*range(20), "NaN", "-Infinity"]
    assert ended["trials"][0]["value"] == "-Infinity"
    assert ended["best"] is None


def test_that_a_point_is_seen_while_its_trial_runs(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    program = f"""
from openbayestool import log_metric
log_metric("score", 0.25)
{wait_for(go)}"""
    workspace.write(program, max_job_count=1)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    wait_until(
        lambda: workspace.run("show", job, "--json").json()["trials"][0]["metrics"] == {"score": [0.25]},
        "the point is not there",
    )
    go.touch()
    assert workspace.wait_ended(job)["state"] == "succeeded"


def test_that_a_point_is_seen_even_without_a_network_to_the_listener(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    program = f"""
import openbayestool as t
t._tracker._url = t._tracker._own_url = "http://127.0.0.1:9/nowhere"
t.log_metric("score", 0.5)
{wait_for(go)}"""
    workspace.write(program, max_job_count=1)
    job = workspace.begin()
    wait_until(
        lambda: (
            [t["metrics"] for t in workspace.run("show", job, "--json").json()["trials"]]
            == [{"score": [0.5]}]
        ),
        "the point is not there",
    )
    assert workspace.trials(job)[0].state == "running"
    go.touch()
    assert workspace.wait_ended(job)["trials"][0]["metrics"] == {"score": [0.5]}


@pytest.mark.parametrize("name", ["log_metric", "log_param", "clear_metric", "clear_param"])
def test_that_its_calls_take_what_the_real_ones_take(name: str, tmp_path: Path) -> None:
    program = f"import inspect, openbayestool as t; print(list(inspect.signature(t.{name}).parameters))"
    assert official.python("-c", program).stdout == ours(program, tmp_path).stdout
