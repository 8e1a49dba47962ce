"""What the command line says of trials that are stopped early, and of a job's budget."""

from __future__ import annotations

import csv
import io
import math
import os
import pty
import re
import signal
import subprocess
import sys

from bayescore.config import EarlyStopping, LocalSettings
from bayescore.i18n import text
from bayescore.store import CurveRecord, EndForecast, StopCause, TrialState
from support.timed_jobs import Ran, a_timed_job
from support.workspace import Workspace

DIVERGED = [0.5, *[math.nan] * 19]
STOPPED = Ran(
    0,
    30,
    [0.1, 0.2, 0.3],
    TrialState.STOPPED_EARLY,
    text("Stopped because it is not good enough."),
    CurveRecord(EndForecast(3, 10, 0.4, 0.02, 0.37, 0.43, 0.9, 0.004), StopCause.HOPELESS, 3),
)


def insert(workspace: Workspace, *ran: Ran, local: LocalSettings | None = None) -> str:
    database = workspace.database()
    job = a_timed_job(database, *ran, local=local or LocalSettings())
    database.close()
    return job.id


def a_job_with_a_stop(workspace: Workspace) -> str:
    local = LocalSettings(early_stopping=EarlyStopping())
    return insert(workspace, STOPPED, Ran(0, 90, [0.7, 0.8, 0.9]), local=local)


def test_that_show_says_what_early_stopping_would_have_saved(workspace: Workspace) -> None:
    job = insert(workspace, Ran(0, 7200, DIVERGED, TrialState.FAILED), Ran(7200, 14400, [0.8, 0.9]))
    done = workspace.run("show", job, "--early-stopping")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Early stopping would have ended this job after 2 h 24 min instead of 4 h 0 min, with the same best "
        "trial.\nStopped trials: 1 (of 2).\n"
    )
    shown = workspace.run("show", job, "--early-stopping", "--json").json()
    assert shown["id"] == job
    figures = shown["early_stopping"]
    assert (figures["seconds"], figures["seconds_with_early_stopping"]) == (14400, 8640)
    assert (figures["stopped"], figures["best"]["trial"]) == ([1], 2)


def test_that_a_job_without_curves_is_not_replayed(workspace: Workspace) -> None:
    job = insert(workspace, Ran(0, 60, [0.5]))
    done = workspace.run("show", job, "--early-stopping")
    assert done.code == 0
    assert "more than once" in done.out
    assert workspace.run("show", job, "--early-stopping", "--json").json()["early_stopping"] == {
        "text": done.out.strip()
    }


SLOW = """
import signal, time
import bayescore.results.replay_report as report
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
def endless(database, job, watcher):
    while True:
        watcher.progress(1, 4)
        time.sleep(0.01)
report.replay_report = endless
from bayescore.cli.main import main
main()
"""


def test_that_a_terminal_shows_the_progress_and_ctrl_c_ends_it_quietly(workspace: Workspace) -> None:
    job = insert(workspace, Ran(0, 60, [0.5, 0.6]))
    main, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "show", job, "--early-stopping"],
        env={
            **os.environ,
            "BAYESDESK_HOME": str(workspace.data.root),
            "TERM": "xterm",
            "BAYESDESK_LANG": "en",
        },
        stdin=end,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    shown = b""
    while b"25%" not in shown:
        shown += os.read(main, 65536)
    process.send_signal(signal.SIGINT)
    while part := read_or_end(main):
        shown += part
    os.close(main)
    assert process.wait(timeout=60) == 130
    assert b"Traceback" not in shown
    assert shown.endswith(b"\x1b[K")


def read_or_end(file: int) -> bytes:
    try:
        return os.read(file, 65536)
    except OSError:
        return b""


def test_that_lists_count_trials_that_were_stopped_early(workspace: Workspace) -> None:
    job = a_job_with_a_stop(workspace)
    shown = workspace.run("show", job).out
    assert "2 of 10 trials, 1 stopped early" in shown
    assert "1 of 2 trials was stopped early: 1 min 10 s saved (estimate)." in shown
    assert "Best: trial 2" in shown
    rows = list(csv.DictReader(io.StringIO(workspace.run("trials", job).out), delimiter="\t"))
    assert [(r["state"], r["reason"]) for r in rows] == [
        ("stopped early", "Stopped because it is not good enough."),
        ("succeeded", ""),
    ]
    found = workspace.run("trials", job, "--where", 'state == "stopped_early"', "--json").json()["trials"]
    assert [t["number"] for t in found] == [1]


def test_that_exports_have_the_reason_and_the_forecast(workspace: Workspace) -> None:
    job = a_job_with_a_stop(workspace)
    stopped, whole = workspace.run("export", job, "--format", "json").json()["trials"]
    assert stopped["state"] == "stopped_early"
    assert stopped["early_stop"] == {"cause": "hopeless", "step": 3}
    assert stopped["end_forecast"]["mean"] == 0.4
    assert (whole["early_stop"], whole["end_forecast"]) == (None, None)
    first, second = csv.DictReader(io.StringIO(workspace.run("export", job, "--format", "csv").out))
    assert first["reason"] == "Stopped because it is not good enough."
    assert (first["state"], first["forecast"], first["forecast_deviation"]) == (
        "stopped_early",
        "0.4",
        "0.02",
    )
    assert (second["reason"], second["forecast"]) == ("", "")
    hiplot = list(csv.DictReader(io.StringIO(workspace.run("export", job, "--format", "hiplot").out)))
    assert [(r["uid"], r["state"], r["score"]) for r in hiplot] == [
        ("1", "stopped_early", "0.4"),
        ("2", "succeeded", "0.9"),
    ]


TWO_TRIALS = """
import argparse
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=int)
args = parser.parse_args()
if args.x == 1:
    for step in range(8):
        log_metric("score", float("nan"))
    import time
    time.sleep(600)
log_metric("score", args.x)
"""


def test_that_following_a_job_counts_stops_and_tells_what_is_left(workspace: Workspace) -> None:
    workspace.write(
        TWO_TRIALS,
        specs=[{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2]}],
        algorithm="Grid",
        max_job_count=2,
        parallel_count=1,
        local={"early_stopping": True, "max_hours": 8},
    )
    done = workspace.run("gear", "run", "hypertuning")
    assert done.code == 0, done.err
    assert "trial 1 stopped early" in done.out
    assert re.search(r"Left of the budget: (8 h 0|7 h \d+) min\.", done.out)
    assert done.out.count("1 of 2 trials was stopped early") == 1
