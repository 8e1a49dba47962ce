"""``make bench``: measures this machine; prints a table and writes ``build/bench.json``.

``python -m tests.bench dispatch listening`` runs only the named benchmarks.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from bench import (  # noqa: E402
    cluster,
    dispatch,
    hanging,
    listening,
    load,
    many_jobs,
    packaged,
    projects,
    reading,
    simulated,
    slow_line,
    soak,
    starting,
    suggesting,
    watching,
    window,
)
from bench.figure import Figure  # noqa: E402

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {
    "starting": starting.measure,
    "dispatch": dispatch.measure,
    "hanging": hanging.measure,
    "listening": listening.measure,
    "suggesting": suggesting.measure,
    "reading": reading.measure,
    "watching": watching.measure,
    "window": window.measure,
    "slow line": slow_line.measure,
    "list": many_jobs.measure,
    "soak": soak.measure,
    "package": packaged.measure,
    "projects": projects.measure,
    "jobs": load.many_jobs,
    "points": load.many_points,
    "store": load.large_store,
    "cluster": cluster.measure,
    "simulated": simulated.measure,
}


def main(names: list[str]) -> int:
    """Run benchmarks; 1 if a figure misses its target."""
    from rich.console import Console
    from rich.table import Table

    figures: list[Figure] = []
    for name in names or list(BENCHES):
        began = time.monotonic()
        figures += BENCHES[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    table = Table(box=None, header_style="bold")
    for header in ("what", "figure", "unit", "target", ""):
        table.add_column(header, justify="right" if header == "figure" else "left")
    for figure in figures:
        table.add_row(figure.what, f"{figure.value:.4g}", figure.unit, figure.target, figure.verdict)
    Console(width=110).print(table)
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count()}
    content = {"machine": machine, "figures": [figure.as_json() for figure in figures]}
    target.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
