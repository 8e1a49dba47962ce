"""``make bench-search``: runs every optimiser on every task; the figures go into ``docs/en/search.md``."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # one run a core
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402

from bench_search import beliefs, early_stopping, forecasts  # noqa: E402
from bench_search.optimisers import OPTIMISERS  # noqa: E402
from bench_search.report import Run, report  # noqa: E402
from bench_search.tasks import suite  # noqa: E402

TARGET = ROOT / "docs" / "en" / "search.md"
HEADING = "## Figures\n"  # of the last section of the page, which is replaced

STOPPING_HEADING = "### Early stopping\n"  # of the last part of that section
STOPPING_SEEDS = range(3)
BELIEFS_HEADING = "### Beliefs\n"  # of the part before it

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """Number of trials, of trials at a time, and of seeds."""

    trials: int
    parallel: int
    seeds: int


def run(task_index: int, optimiser: str, seed: int, trials: int, parallel: int) -> Run:
    """One run. The seed fixes the order in which parallel trials end."""
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
            parameters = one.ask()
            seconds += time.perf_counter() - began
            if parameters is None:
                break
            heappush(running, (now + 0.5 + rng.exponential(), started, parameters))
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


def run_forecasts(task_index: int, seed: int) -> forecasts.ForecastResult:
    """One run of the benchmark of forecasts and history."""
    warnings.simplefilter("ignore")
    return forecasts.measure(suite()[task_index], seed)


def run_early_stopping(task: str) -> list[early_stopping.StoppingResult]:
    """All jobs of one task of the benchmark of early stopping."""
    warnings.simplefilter("ignore")
    return early_stopping.measure(task, STOPPING_SEEDS)


def run_beliefs(task_index: int, seeds: int) -> beliefs.Measured:
    """All runs of one task of the benchmark of beliefs."""
    warnings.simplefilter("ignore")
    return beliefs.measure(task_index, seeds)


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(OPTIMISERS))
    parser.add_argument("--early-stopping", action="store_true", help="only this part, about five minutes")
    parser.add_argument("--beliefs", action="store_true", help="only this part, about ten minutes")
    arguments = parser.parse_args()
    if arguments.early_stopping:
        replace_part(STOPPING_HEADING, early_stopping_figures())
        return
    if arguments.beliefs:
        replace_part(BELIEFS_HEADING, beliefs_figures(arguments.seeds))
        return
    tasks = range(len(suite()))
    settings = (Setting(50, 1, arguments.seeds), Setting(100, 4, max(1, arguments.seeds - 2)))
    jobs = [
        (i, name, seed, setting.trials, setting.parallel)
        for setting in settings
        for name in arguments.only
        for i in tasks
        for seed in range(setting.seeds)
    ]
    follow_ups = [(i, seed) for i in tasks for seed in range(arguments.seeds)]
    with ProcessPoolExecutor() as pool:
        runs = list(_counted(pool.map(run, *zip(*jobs, strict=True)), len(jobs), "runs"))
        results = list(
            _counted(pool.map(run_forecasts, *zip(*follow_ups, strict=True)), len(follow_ups), "follow-ups")
        )
    method, _heading, _old = TARGET.read_text(encoding="utf-8").partition(HEADING)
    seeds = f"{settings[0].seeds} seeds one at a time, {settings[1].seeds} seeds four at a time.\n"
    parts = [method + HEADING, seeds, report(runs), forecasts.summary(results)]
    parts += [beliefs_figures(arguments.seeds), early_stopping_figures()]
    TARGET.write_text("\n".join(parts), encoding="utf-8")
    print(TARGET)


def replace_part(heading: str, figures: str) -> None:
    """Replace one part of the section, up to the next one."""
    page = TARGET.read_text(encoding="utf-8")
    before, _heading, old = page.partition(heading)
    after = re.search("^### ", old, re.MULTILINE)
    rest = old[after.start() :] if after is not None else ""
    TARGET.write_text(f"{before.rstrip()}\n\n{figures}\n{rest}".rstrip() + "\n", encoding="utf-8")


def beliefs_figures(seeds: int) -> str:
    """The part of the page about beliefs."""
    tasks = range(len(suite()))
    with ProcessPoolExecutor() as pool:
        measured = list(_counted(pool.map(run_beliefs, tasks, [seeds] * len(tasks)), len(tasks), "tasks"))
    words = f"{seeds} seeds, one trial at a time, ± the standard error."
    return f"{BELIEFS_HEADING}\n{words}\n\n{beliefs.summary(measured)}"


def early_stopping_figures() -> str:
    """The part of the page about early stopping."""
    with ProcessPoolExecutor() as pool:
        groups = list(
            _counted(pool.map(run_early_stopping, early_stopping.TASKS), len(early_stopping.TASKS), "tasks")
        )
    found = early_stopping.summary([result for group in groups for result in group])
    return STOPPING_HEADING + found


def _counted(results: Iterable[T], count: int, what: str) -> Iterator[T]:
    for done, result in enumerate(results, 1):
        print(f"{done} of {count} {what}", file=sys.stderr)
        yield result


if __name__ == "__main__":
    main()
