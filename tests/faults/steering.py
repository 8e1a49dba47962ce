"""Requests that steer a job, made while a fault strikes, and what must hold of them afterwards."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bayescore.store import JobState, events

if TYPE_CHECKING:
    from faults.world import World

OUTSIDE = 2.0  # the value of a trial by hand, which no search of a run suggests
MORE = 2  # trials that a change adds
_KINDS = {"pause": "paused", "resume": "resumed", "change": "changed", "add": "trial_added"}
_MOST_WAIT_S = 90


def near_request(strike: Callable[[World], None]) -> Callable[[World], None]:
    """A fault that strikes while a request is made or carried out; a paused job is resumed after it."""

    def inject(world: World) -> None:
        kind = world.rng.choice(["pause", "pause", "change", "add"])
        if kind == "change" and "change" in world.requested:
            kind = "pause"
        with closing(_Request(world, kind, *_arguments(world, kind))):
            time.sleep(world.rng.uniform(0, 1.5))
            if not world.has_ended():
                strike(world)
        if kind == "pause" and not world.has_ended():
            _check_paused(world)
            with closing(_Request(world, "resume")):
                if world.rng.random() < 0.5:
                    strike(world)

    return inject


class _Request:
    """A command that makes a request; it is made again if it says that it was not made."""

    def __init__(self, world: World, kind: str, *arguments: str) -> None:
        self._world, self._kind = world, kind
        self._command = [sys.executable, "-m", "bayescore", kind, world.job, *arguments]
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            env=self._world.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def close(self) -> None:
        """Wait until the request is stored, and note that it was made."""
        before = _stored(self._world, self._kind)
        noted = self._world.requested.count(self._kind)
        for attempts_left in (2, 1, 0):
            _out, said = self._process.communicate(timeout=_MOST_WAIT_S)
            if _stored(self._world, self._kind) > noted:
                self._world.requested.append(self._kind)
                return
            if self._world.has_ended():
                return
            if attempts_left:
                self._process = self._start()
        raise RuntimeError(f"{self._command} made no request ({before} before): {said.decode()}")


def _arguments(world: World, kind: str) -> list[str]:
    if kind == "pause":
        return ["--now"] if world.rng.random() < 0.7 else []
    if kind == "change":
        return ["--count", str(world.plan.trials + MORE)]
    return [f"x={OUTSIDE + world.requested.count('add')}", "--yes"]


def _stored(world: World, kind: str) -> int:
    with world.workspace.reading() as connection:
        query = "SELECT count(*) FROM wants WHERE job = ? AND kind = ?"
        return int(connection.exec_driver_sql(query, (world.job, kind)).scalar_one())


def _check_paused(world: World) -> None:
    """Wait until the job is paused and nothing of it runs, and note the GPUs that it then holds."""

    def is_paused() -> bool:
        running = any(t.state in ("starting", "running") for t in world.trials())
        return world.workspace.job(world.job).state is JobState.PAUSED and not running

    world.wait(lambda: is_paused() or world.has_ended(), "the job is not paused", _MOST_WAIT_S)
    with world.workspace.reading() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM leases").scalar_one()
    if held and is_paused():
        world.noted.append(f"the paused job holds {held} GPUs")


def trials_expected(world: World) -> int:
    """Number of trials that a job of a plan has at its end, with what was requested of it."""
    made = Counter(world.requested)
    return world.plan.trials + made["add"] + (MORE if made["change"] else 0)


def violations(world: World) -> Iterator[str]:
    """Whether each request was carried out once, and what was noted while the job was paused."""
    yield from world.noted
    with world.workspace.reading() as connection:
        happened = Counter(event.kind for event in events.of_job(connection, world.job))
        query = "SELECT count(*) FROM wants WHERE job = ? AND done_at IS NULL AND kind <> 'cancel'"
        left: Any = connection.exec_driver_sql(query, (world.job,)).scalar_one()
    for kind, count in Counter(world.requested).items():
        if happened[_KINDS[kind]] != count and world.workspace.job(world.job).state == "succeeded":
            yield f"{count} requests to {kind}, {happened[_KINDS[kind]]} carried out"
    if left:
        yield f"{left} requests are open after the end"
    by_hand = sorted(t.parameters["x"] for t in world.trials() if t.origin == "by_hand")
    if by_hand != [OUTSIDE + i for i in range(world.requested.count("add"))]:
        yield f"trials by hand are {by_hand}"
