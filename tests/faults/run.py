"""One run: starts a job, injects faults, waits for the end, and checks the invariants."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from faults.invariants import violations
from faults.plan import Plan
from faults.world import World

_TIMEOUT_S = 240.0


@dataclass(frozen=True)
class Result:
    """The result of a run; ``found`` lists what does not hold."""

    plan: Plan
    found: tuple[str, ...]
    seconds: float
    kept: Path | None


def run(plan: Plan, endpoint: str | None) -> Result:
    """Run a plan; the folders of a run with violations are kept."""
    began = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix=f"faults-{plan.seed}-", dir="/var/tmp"))
    world = World(plan, root, endpoint if plan.in_containers else None)
    try:
        if plan.runner == "ray":
            world.start_cluster()
        world.begin()
        for at, fault in plan.faults:
            world.wait(
                lambda at=at: len(world.trials()) >= at or world.has_ended(),
                f"trial {at} never began",
                _TIMEOUT_S,
            )
            if not world.has_ended():
                fault.inject(world)
        if world.engine_or_none() is None and not world.has_ended():
            world.wait(lambda: world.engine_or_none() is not None or world.has_ended(), "no engine came back")
        world.wait(world.has_ended, "the job does not end", _TIMEOUT_S)
        found = tuple(violations(world))
    except Exception as error:  # an error of one run must not end the others
        found = (f"{type(error).__name__}: {error}",)
    finally:
        world.close()
    if not found:
        shutil.rmtree(root, ignore_errors=True)
    return Result(plan, found, time.monotonic() - began, root if found else None)
