"""``make bench-search``: runs every optimiser on every task and writes ``docs/search-figures.md``."""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # one run a core
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402

from bench_search.optimisers import OPTIMISERS  # noqa: E402
from bench_search.report import Run, report  # noqa: E402
from bench_search.tasks import suite  # noqa: E402

TARGET = ROOT / "docs" / "search-figures.md"


@dataclass(frozen=True)
class Setting:
    """So many trials, so many of them at a time, with so many seeds."""

    trials: int
    parallel: int
    seeds: int


def run(task_index: int, optimiser: str, seed: int, trials: int, parallel: int) -> Run:
    """One run; trials that run side by side end in an order that the seed fixes."""
    warnings.simplefilter("ignore")
    task = suite()[task_index]
    one = OPTIMISERS[optimiser](task.specs, task.goal, seed, parallel)
    rng = np.random.default_rng(10_000 + seed)
    sign = -1.0 if task.goal == "MAXIMIZE" else 1.0
    running: list[tuple[float, int, dict[str, object]]] = []
    now, started, best, curve, seconds = 0.0, 0, np.inf, [], 0.0
    while len(curve) < trials:
        while len(running) < parallel and started < trials:
            began = time.perf_counter()
            asked = one.ask()
            seconds += time.perf_counter() - began
            if asked is None:
                break
            heappush(running, (now + 0.5 + rng.exponential(), started, asked))
            started += 1
        if not running:
            curve += [best] * (trials - len(curve))
            break
        now, _number, parameters = heappop(running)
        value = task.objective(parameters)
        failed = not np.isfinite(value)
        began = time.perf_counter()
        one.tell(parameters, None if failed else value)
        seconds += time.perf_counter() - began
        best = best if failed else min(best, sign * value)
        curve.append(best)
    known = None if task.best is None else sign * task.best
    return Run(task.name, optimiser, trials, parallel, tuple(curve), known, seconds / trials)


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(OPTIMISERS))
    asked = parser.parse_args()
    settings = (Setting(50, 1, asked.seeds), Setting(100, 4, max(1, asked.seeds - 2)))
    jobs = [
        (i, name, seed, setting.trials, setting.parallel)
        for setting in settings
        for name in asked.only
        for i in range(len(suite()))
        for seed in range(setting.seeds)
    ]
    runs = []
    with ProcessPoolExecutor() as pool:
        for done in pool.map(run, *zip(*jobs, strict=True)):
            runs.append(done)
            print(f"{len(runs)} of {len(jobs)}: {done.task}, {done.optimiser}", file=sys.stderr)
    TARGET.write_text(report(runs), encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
