"""Time of a suggestion of the Bayesian search, and time until a free slot gets its next trial."""

from __future__ import annotations

import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from bayescore.config import CategoricalSpec, DiscreteSpec, DoubleSpec, Goal, IntegerSpec, Scale
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bayescore.times import parsed
from bench.figure import Figure
from support.workspace import Workspace

SPACE = SearchSpace(
    (
        DoubleSpec(name="lr", min_value=1e-5, max_value=1e-1, scale_type=Scale.LOG),
        DoubleSpec(name="decay", min_value=1e-6, max_value=1e-2, scale_type=Scale.LOG),
        DoubleSpec(name="dropout", min_value=0, max_value=0.8),
        DoubleSpec(name="momentum", min_value=0, max_value=1),
        IntegerSpec(name="units", min_value=8, max_value=512, scale_type=Scale.LOG),
        IntegerSpec(name="layers", min_value=1, max_value=6),
        DiscreteSpec(name="batch", discrete_values=(16, 32, 64, 128)),
        CategoricalSpec(name="optimizer", categorical_values=("adam", "sgd", "rmsprop")),
    )
)
_PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from bench.suggesting import long_run
print(*long_run({count}))
"""
_TRIALS = 25
_TRIAL = """
import argparse, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
log_metric("score", parser.parse_known_args()[0].lr)
time.sleep(2.5)
"""


def measure() -> Iterator[Figure]:
    """Median seconds at 50 and at 100 trials, 8 parameters, in a process with one thread."""
    for count, aim in ((50, 0.2), (100, 0.5)):
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM.format(tests=str(Path(__file__).parents[1]), count=count)],
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, megabytes = (float(word) for word in done.stdout.split())
        yield Figure(f"suggestion after {count} trials", seconds, "s", at_most=aim)
        yield Figure(f"memory of the search after {count} trials", megabytes, "MB", at_most=300)
    waits = _waits()
    yield Figure("free slot: wait for the next trial, median", statistics.median(waits), "ms", at_most=50)
    yield Figure("free slot: longest wait", max(waits), "ms")


def long_run(count: int) -> tuple[float, float]:
    """Median seconds of five suggestions after ``count`` random trials, and the peak memory in MB."""
    trials = []
    for number in range(1, count + 1):
        point = suggest(SPACE, Goal.MINIMIZE, [], number, 1).parameters
        assert point is not None
        trials.append(Observation(point, Outcome.FINISHED, _objective(point)))
    times = []
    for number in range(count + 1, count + 6):
        began = time.monotonic()
        assert suggest(SPACE, Goal.MINIMIZE, trials, 1, number).parameters is not None
        times.append(time.monotonic() - began)
    return statistics.median(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _waits() -> list[float]:
    """Milliseconds from the end of each trial to the start of the next, with one trial at a time."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        specs = [spec.model_dump(mode="json") for spec in SPACE.specs]
        workspace.write(_TRIAL, max_job_count=_TRIALS, parallel_count=1, algorithm="Bayesian", specs=specs)
        job = workspace.tune()
        assert job["state"] == "succeeded", job["reason"]
        found = workspace.trials(job["id"])
        workspace.close()
    return [
        1000 * (parsed(after.created_at) - parsed(str(before.ended_at))).total_seconds()
        for before, after in pairwise(found)
    ]


def _objective(point: dict[str, float | int | str]) -> float:
    lr, dropout, units = float(point["lr"]), float(point["dropout"]), float(point["units"])
    return (math.log10(lr) + 3) ** 2 + (dropout - 0.3) ** 2 + (math.log2(units) - 6) ** 2 / 5
