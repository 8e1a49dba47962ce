"""How long a suggestion of the Bayesian search takes."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bayescore.config import CategoricalSpec, DiscreteSpec, DoubleSpec, Goal, IntegerSpec, Scale
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bench.figure import Figure

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
print(long_run({count}))
"""


def measure() -> Iterator[Figure]:
    """Median seconds at 50 and at 100 trials, 8 parameters, in a process with one thread."""
    for count in (50, 100):
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM.format(tests=str(Path(__file__).parents[1]), count=count)],
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        yield Figure(f"suggestion after {count} trials", float(done.stdout), "s")


def long_run(count: int) -> float:
    """Median time of five suggestions after ``count`` random trials."""
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
    return statistics.median(times)


def _objective(point: dict[str, float | int | str]) -> float:
    lr, dropout, units = float(point["lr"]), float(point["dropout"]), float(point["units"])
    return (math.log10(lr) + 3) ** 2 + (dropout - 0.3) ** 2 + (math.log2(units) - 6) ** 2 / 5
