"""``make fuzz [SECONDS=n] [SEED=s]``: runs random cases for some time; a seed repeats them."""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import psutil  # noqa: E402

from hostile import commands, files, text, trees  # noqa: E402
from hostile.http import AttackedListener  # noqa: E402
from hostile.imports import Imports  # noqa: E402
from support.workspace import Workspace  # noqa: E402


def main() -> int:
    """Run the cases; return 1 when one fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="one kind of case")
    asked = parser.parse_args()
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    found = 0
    with tempfile.TemporaryDirectory(prefix="hostile-") as made:
        attacked = AttackedListener.at(Path(made) / "listener")
        workspace = Workspace(Path(made) / "cli")
        workspace.root.mkdir()
        workspace.write()
        kinds: dict[str, Callable[[random.Random], None]] = {
            "files": files.check,
            "trees": trees.check,
            "text": text.check,
            "imports": Imports(Path(made) / "imports", workspace.project).check,
            "http": attacked.check,
            "commands": lambda rng: commands.check(rng, workspace),
        }
        kinds = {name: check for name, check in kinds.items() if asked.only in ("", name)}
        for name, check in kinds.items():
            found += _spend(name, check, asked.seed, asked.seconds / len(kinds))
        attacked.close()
    return 1 if found else 0


def _spend(name: str, check: Callable[[random.Random], None], first: int, seconds: float) -> int:
    own = psutil.Process(os.getpid())
    check(random.Random(first))
    before, until = own.memory_info().rss, time.monotonic() + seconds
    seed, found, slowest = first, 0, (0.0, first)
    while time.monotonic() < until:
        seed += 1
        began = time.monotonic()
        try:
            check(random.Random(seed))
        except Exception:
            found += 1
            print(f"{name}, seed {seed}:\n{traceback.format_exc()[-1500:]}", flush=True)
        slowest = max(slowest, (time.monotonic() - began, seed))
    grown = (own.memory_info().rss - before) / 2**20
    print(
        f"{name}: {seed - first + 1} cases, {found} findings, memory {grown:+.0f} MiB, "
        f"the slowest {slowest[0]:.1f} s (seed {slowest[1]})",
        flush=True,
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
