"""Trials as processes: what they find, what ends with them, what their limits do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil

from support.workspace import REPORT_X, Workspace, wait_until

LEAVES_CHILDREN = """
import os, subprocess, sys, time
from openbayestool import log_metric
log_metric("score", 1)
# one child in the group, one in a session of its own, one orphan of a double fork
print(subprocess.Popen(["sleep", "1000"]).pid)
print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(1000)
    os._exit(0)
time.sleep(0.3)
{end}
"""


def pids(workspace: Workspace, job: str) -> list[int]:
    return [int(line) for line in workspace.run("logs", job, "1").out.split()]


def test_that_nothing_of_a_trial_survives_its_end(workspace: Workspace) -> None:
    workspace.write(LEAVES_CHILDREN.format(end=""), max_job_count=1)
    job = workspace.tune()
    assert job["state"] == "succeeded"
    started = pids(workspace, job["id"])
    assert len(started) == 3
    assert not [pid for pid in started if psutil.pid_exists(pid)]


def test_that_nothing_of_a_stopped_trial_survives_even_if_it_ignores_the_request(
    workspace: Workspace,
) -> None:
    end = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(os.getpid(), flush=True)\nwhile True: time.sleep(1)"
    workspace.write(LEAVES_CHILDREN.format(end=end), max_job_count=1)
    job = workspace.begin()
    wait_until(lambda: len(pids(workspace, job)) == 4, "the program has not begun")
    started = pids(workspace, job)
    workspace.run("cancel", job)
    assert workspace.wait_ended(job)["state"] == "cancelled"
    assert not [pid for pid in started if psutil.pid_exists(pid)]


def test_that_a_full_disk_costs_lines_of_the_log_and_not_the_trial(workspace: Workspace) -> None:
    go = workspace.root / "go"
    program = f"""
import os, time
from openbayestool import log_metric
log_metric("score", 1)
print("before", flush=True)
while not os.path.exists({str(go)!r}): time.sleep(0.02)
print("x" * 1000, flush=True)
"""
    workspace.write(program, max_job_count=1)
    job = workspace.begin()
    log = workspace.data.trial(job, 1) / "log.txt"
    wait_until(lambda: log.exists() and "before" in log.read_text(), "the program has not begun")
    supervisor = psutil.Process(
        json.loads((workspace.data.trial(job, 1) / "supervisor.json").read_text())["pid"]
    )
    _soft, hard = supervisor.rlimit(psutil.RLIMIT_FSIZE)
    supervisor.rlimit(psutil.RLIMIT_FSIZE, (0, hard))  # as a full disk: nothing more can be written
    go.touch()
    wait_until(lambda: not supervisor.children(), "the program goes on")
    supervisor.rlimit(psutil.RLIMIT_FSIZE, (hard, hard))
    assert workspace.wait_ended(job)["state"] == "succeeded"
    assert [t.attempt for t in workspace.trials(job)] == [1]
    assert "[1001 bytes could not be written here]" in workspace.run("logs", job, "1").out


def test_that_a_process_finds_the_platforms_folders(workspace: Workspace, tmp_path: Path) -> None:
    data = tmp_path / "my data"
    data.mkdir()
    (data / "x.txt").write_text("content")
    program = """
import argparse, json, os
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--data"); parser.add_argument("--out"); parser.add_argument("--x")
args = parser.parse_args()
json.dump({"text": open(args.data + "/x.txt").read(), "cwd": os.getcwd(), "out": args.out,
           "input": os.environ["OPENBAYES_INPUT0"], "output": os.environ["OPENBAYES_OUTPUT"]}, open("seen.json", "w"))
log_metric("score", 1)
"""
    workspace.write(
        program,
        max_job_count=1,
        root={
            "command": "python main.py --data=/input0 --out /output/model",
            "data_bindings": [{"data": "me/set/1", "path": "/input0", "type": "ro"}],
        },
        local={"data": {"me/set/1": str(data)}},
    )
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    output = workspace.data.trial(job["id"], 1) / "output"
    seen = json.loads((output / "seen.json").read_text())
    assert seen == {
        "text": "content",
        "cwd": str(output),
        "out": f"{output}/model",
        "input": str(data),
        "output": str(output),
    }


def test_that_memory_is_bounded(workspace: Workspace) -> None:
    program = REPORT_X + "block = bytearray(2**31)\n"
    workspace.write(program, max_job_count=1, local={"memory": "512m"})
    trial = workspace.tune()["trials"][0]
    assert trial["state"] == "failed"
    assert "MemoryError" in trial["reason"]


def test_that_the_interpreter_of_the_settings_is_used(workspace: Workspace, tmp_path: Path) -> None:
    chosen = tmp_path / "mine"
    chosen.write_text(f'#!/bin/sh\necho chosen\nexec {sys.executable} "$@"\n')
    chosen.chmod(0o755)
    workspace.write(max_job_count=1, local={"python": str(chosen)})
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    assert workspace.run("logs", job["id"], "1").out == "chosen\n"
    workspace.write(local={"python": "/nowhere/python"})
    refused = workspace.run("gear", "run", "hypertuning")
    assert refused.code == 2
    assert "openbayes.local.yaml:1:" in refused.out
    assert "There is no interpreter /nowhere/python." in refused.out


def test_that_a_log_is_bounded_and_keeps_its_end(workspace: Workspace) -> None:
    program = REPORT_X + "for i in range(40_000): print('line', i, 'x' * 800)\nprint('the end')\n"
    workspace.write(program, max_job_count=1)
    job = workspace.tune()
    folder = workspace.data.trial(job["id"], 1)
    size = sum(p.stat().st_size for p in folder.glob("log.txt*"))
    assert 8 * 2**20 < size <= 17 * 2**20
    assert workspace.run("logs", job["id"], "1").out.endswith("the end\n")


def test_that_the_shells_message_about_a_wrong_command_is_in_the_reason(workspace: Workspace) -> None:
    workspace.write(root={"command": "pyhton main.py"}, max_job_count=5, parallel_count=1)
    job = workspace.tune()
    assert job["state"] == "failed"
    assert "pyhton" in job["reason"]
    assert job["trials"][0]["exit_code"] == 127


def test_that_a_secret_reaches_the_program_and_no_file(workspace: Workspace) -> None:
    secret = "s3cr3t-value-of-the-test"
    program = REPORT_X + "import os, sys\nprint(len(os.environ['KEY']), sys.argv)\n"
    workspace.write(
        program,
        max_job_count=1,
        root={"parameters": {"KEY": {"is_secret": True, "source": "env", "env": "MY_KEY"}}},
    )
    refused = workspace.run("gear", "run", "hypertuning")
    assert refused.code == 2
    assert "MY_KEY" in refused.err
    assert workspace.run("jobs", "--json").json()["jobs"] == []

    job = workspace.tune(env={"MY_KEY": secret})
    assert job["state"] == "succeeded", job["reason"]
    said = workspace.run("logs", job["id"], "1").out
    assert str(len(secret)) in said
    for path in workspace.root.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert secret not in workspace.run("export", job["id"], "--format", "json").out


def test_that_a_stopped_program_may_save_what_it_has(workspace: Workspace) -> None:
    program = """
import pathlib, signal, sys, time
from openbayestool import log_metric
log_metric("score", 1)
def save(*_):
    time.sleep(1)
    pathlib.Path("saved.txt").write_text("all of it")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
pathlib.Path("ready.txt").touch()
while True: time.sleep(0.02)
"""
    workspace.write(program, max_job_count=1)
    job = workspace.begin()
    output = workspace.data.trial(job, 1) / "output"
    wait_until((output / "ready.txt").exists, "it is not ready")
    workspace.run("cancel", job)
    assert workspace.wait_ended(job)["state"] == "cancelled"
    assert (output / "saved.txt").read_text() == "all of it"
