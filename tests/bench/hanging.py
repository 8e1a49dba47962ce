"""Steps of the engine's loop for one job while calls of another job's runner hang."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from support.hanging_runner import METHODS, faulty_scene
from support.workspace import Workspace


def measure() -> Iterator[Figure]:
    """The longest step, and the 95th percentile, over the calls that can hang."""
    steps: list[float] = []
    for method in METHODS:
        with tempfile.TemporaryDirectory() as folder, faulty_scene(Workspace(Path(folder))) as scene:
            scene.reach(method)
            scene.engine.forget_steps()
            scene.run_another_job()
            steps += scene.engine.took
            scene.faults.released.set()
            scene.finish_programs()
    yield Figure("step while calls of another job hang, 95th percentile", _percentile_95(steps) * 1e3, "ms")
    yield Figure("step while calls of another job hang, longest", max(steps) * 1e3, "ms", at_most=100)


def _percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
