"""``make faults [RUNS=n] [SEED=s]``: so many runs from a seed on, two at a time; a failing seed replays."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from faults.kinds import KINDS  # noqa: E402
from faults.plan import plan  # noqa: E402
from faults.run import Result, run  # noqa: E402
from support import docker_engine  # noqa: E402


def main() -> int:
    """Run; 1 when something did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=len(KINDS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="of the faults' lengths")
    parser.add_argument("--only", nargs="*", default=[], help="names of kinds")
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
            results.append(_told(result))
    for each in alone:
        results.append(_told(run(each, endpoint)))
    struck = Counter(kind.name for r in results for _at, kind in r.plan.faults)
    print("\n".join(f"{count:5} {name}" for name, count in sorted(struck.items())))
    failed = [r.plan.seed for r in results if r.found]
    print(f"{len(results)} runs in {time.monotonic() - began:.0f} s, {len(failed)} with violations {failed}")
    return 1 if failed else 0


def _told(result: Result) -> Result:
    state = "ok" if not result.found else f"VIOLATIONS, kept in {result.kept}"
    print(f"seed {result.plan.seed} ({result.seconds:.0f} s): {result.plan.words}: {state}", flush=True)
    for line in result.found:
        print(f"    {line}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
