"""Duration of short commands."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from support.workspace import BIN

_RUNS = 9


def measure() -> Iterator[Figure]:
    """Medians of whole processes with warm caches."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "BAYESDESK_HOME": f"{folder}/home"}
        subprocess.run(
            [BIN / "bayesdesk", "init"], cwd=folder, env=environment, check=True, capture_output=True
        )
        yield Figure("bayesdesk --help", _median(["--help"], folder, environment), "s", at_most=0.3)
        yield Figure("bayesdesk check", _median(["check"], folder, environment), "s", at_most=0.5)


def _median(arguments: list[str], folder: str, environment: dict[str, str]) -> float:
    times = []
    for _ in range(_RUNS + 1):
        began = time.monotonic()
        subprocess.run(
            [Path(BIN) / "bayesdesk", *arguments],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
        times.append(time.monotonic() - began)
    return statistics.median(times[1:])
