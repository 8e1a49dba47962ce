"""``make faults [RUNS=n] [SEED=s]``: runs of consecutive seeds, two at a time. A failing seed can be replayed."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from faults.catalogue import FAULTS  # noqa: E402
from faults.plan import plan  # noqa: E402
from faults.run import Result, run  # noqa: E402
from support import docker_engine  # noqa: E402


def main() -> int:
    """Run; returns 1 if an invariant was violated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=len(FAULTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="factor for the durations of faults")
    parser.add_argument("--only", nargs="*", default=[], help="names of faults")
    parser.add_argument("--ray", action="store_true", help="on clusters of three nodes")
    parser.add_argument("--at-once", type=int, default=2)
    asked = parser.parse_args()
    try:
        endpoint: str | None = docker_engine.ensure()
    except docker_engine.NoEngineError as error:
        print(f"without Docker: {error}", file=sys.stderr)
        endpoint = None
    runners = ("ray",) if asked.ray else ("process", "docker") if endpoint else ("process",)
    plans = [
        plan(seed, asked.scale, tuple(asked.only), runners)
        for seed in range(asked.seed, asked.seed + asked.runs)
    ]
    began, results = time.monotonic(), []
    alone = [
        p for p in plans if p.any("exclusive") or p.runner == "ray"
    ]  # Ray starts in the main thread only
    shared = [p for p in plans if p not in alone]
    with ThreadPoolExecutor(asked.at_once) as pool:
        for result in pool.map(lambda p: run(p, endpoint), shared):
            results.append(_printed(result))
    for each in alone:
        results.append(_printed(run(each, endpoint)))
    counts = Counter(fault.name for r in results for _at, fault in r.plan.faults)
    print("\n".join(f"{count:5} {name}" for name, count in sorted(counts.items())))
    failed = [r.plan.seed for r in results if r.found]
    print(f"{len(results)} runs in {time.monotonic() - began:.0f} s, {len(failed)} with violations {failed}")
    return 1 if failed else 0


def _printed(result: Result) -> Result:
    state = "ok" if not result.found else f"VIOLATIONS, kept in {result.kept}"
    print(f"seed {result.plan.seed} ({result.seconds:.0f} s): {result.plan.summary}: {state}", flush=True)
    for line in result.found:
        print(f"    {line}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
