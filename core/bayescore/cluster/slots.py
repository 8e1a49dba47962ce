"""Slots: what Ray has set aside for the trials of a job, each good for one trial at a time.

A slot is an idle detached actor that holds the resources of one trial, so that other users of the
cluster are respected and Ray chooses the node and the GPU.  A job keeps its slots from trial to
trial, for making one takes a second, and gives them back at its end.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bayescore.cluster.agents import Agents
from bayescore.cluster.connection import Node, answering
from bayescore.config import LocalSettings
from bayescore.errors import BayesdeskError, RunnerError
from bayescore.i18n import text

_log = logging.getLogger(__name__)
_BETWEEN = "/"
_LOOK_S = 0.5
_AGAIN_S = 2.0
_ASKING = 4  # slots of a job that Ray looks a place for at the same time


def lease_of(node: str, gpus: tuple[str, ...]) -> str:
    """Name of a slot's place, which is what a trial is said to run on: ``node/0``."""
    return f"{node}{_BETWEEN}{','.join(gpus)}" if gpus else node


def node_of(leases: tuple[str, ...]) -> str:
    """Node of a trial's lease."""
    return leases[0].partition(_BETWEEN)[0]


def gpus_of(leases: tuple[str, ...]) -> tuple[str, ...]:
    """GPUs of a trial's lease, as its node numbers them."""
    gpus = leases[0].partition(_BETWEEN)[2]
    return tuple(gpus.split(",")) if gpus else ()


def demand(local: LocalSettings, nodes: Sequence[Node]) -> dict[str, Any]:
    """What one trial asks of Ray.

    Raises
    ------
    RunnerError
        When no node could ever hold it.
    """
    gpus = 1.0 / local.trials_per_gpu if local.gpus != "none" and any(node.gpus for node in nodes) else 0.0
    cpus = local.cpus if local.cpus is not None else 1.0
    if not any(node.gpus >= gpus and node.cpus >= cpus for node in nodes):
        raise RunnerError(
            text(
                "No node of the cluster has {cpus:g} CPUs and {gpus:g} GPUs for a trial.",
                cpus=cpus,
                gpus=gpus,
            ),
            text("Lower “cpus”, or set “gpus: none”, in openbayes.local.yaml."),
        )
    found: dict[str, Any] = {"num_gpus": gpus, "num_cpus": cpus}
    if local.ray.resources:
        found["resources"] = dict(local.ray.resources)
    return found


class _Slot:
    """Hosted by Ray; does nothing but be there."""

    def where(self) -> tuple[str, tuple[str, ...]]:
        """Id of its node, and the GPUs that Ray gave it."""
        import ray

        return ray.get_runtime_context().get_node_id(), tuple(str(g) for g in ray.get_gpu_ids())

    def stay(self) -> None:
        """An answer that comes only as an error, once the slot is gone."""
        threading.Event().wait()


@dataclass
class _Held:
    """Slots of one job: those that Ray still looks a place for, and where the others are."""

    local: LocalSettings
    most: int
    asked: dict[str, Any] = field(default_factory=dict)  # name: the answer to where it is
    ready: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: id of its node, lease
    alive: dict[str, Any] = field(default_factory=dict)  # name: an answer that comes at its end
    is_short: bool = True
    error: BayesdeskError | None = None


class Slots:
    """A thread that asks Ray for slots and hears where they are; :meth:`find` only looks.

    Parameters
    ----------
    changed
        Called when a slot has come.
    seen
        Told the nodes, and what of them is free, when that has changed.
    """

    def __init__(
        self, agents: Agents, changed: Callable[[], None], seen: Callable[[Sequence[Node]], None]
    ) -> None:
        self._agents = agents
        self._seen = seen
        self._last_seen: list[Node] = []
        self._changed = changed
        self._jobs: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    def find(self, job: str, local: LocalSettings, most: int, leased: Mapping[str, int]) -> str | None:
        """The lease of a free slot of a job; ``None`` while there is none, and then one more is asked for.

        Parameters
        ----------
        most
            Slots that the job may have.
        leased
            How many trials, of all jobs, have each lease.

        Raises
        ------
        RunnerError
            When no node of the cluster could ever hold a trial.
        """
        with self._lock:
            held = self._jobs.setdefault(job, _Held(local, most))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="slots", daemon=True)
                self._thread.start()
            if held.error is not None:
                raise held.error
            everybody = Counter(lease for each in self._jobs.values() for _node, lease in each.ready.values())
            free = {lease for _node, lease in held.ready.values() if everybody[lease] > leased.get(lease, 0)}
            if free:
                return min(free, key=lambda lease: (leased.get(lease, 0), lease))
            held.is_short = True
        self._awake.set()
        return None

    def release(self, job: str) -> None:
        """Give a job's slots back."""
        with self._lock:
            self._jobs.pop(job, None)
        ray = self._agents.ray
        for name in self._names(job):
            with suppress(ValueError):
                ray.kill(ray.get_actor(name))

    def keep_only(self, jobs: set[str]) -> None:
        """Give back what other jobs of this data folder have left, as after a crash at their end."""
        ray = self._agents.ray
        prefixes = tuple(self._prefix(job) for job in jobs)
        for name in ray.util.list_named_actors():
            if name.startswith(self._prefix("")[:-1]) and not name.startswith(prefixes):
                with suppress(ValueError):
                    ray.kill(ray.get_actor(name))

    def close(self) -> None:
        """End the thread; slots stay."""
        self._ending = True
        self._awake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        found: set[str] = set()
        while not self._ending:
            with self._lock:
                jobs = dict(self._jobs)
            try:
                nodes = self._agents.nodes() if jobs else []
                places = {node.id: node.name for node in nodes}
                if nodes != self._last_seen:
                    self._last_seen = nodes
                    self._seen(nodes)
                for job, held in jobs.items():
                    if job not in found:
                        found.add(job)
                        self._find_again(job, held)
                    self._step(job, held, places)
            except BayesdeskError as error:
                _log.info("no slots for now: %s", error)
                self._awake.wait(_AGAIN_S)
            except Exception:  # whatever Ray may raise, the next round tries again
                _log.exception("no slots for now")
                self._awake.wait(_AGAIN_S)
            self._awake.wait(_LOOK_S)
            self._awake.clear()

    def _find_again(self, job: str, held: _Held) -> None:
        """Slots that an earlier engine has asked for."""
        for name in self._names(job):
            self._watch(name, held, self._agents.ray.get_actor(name))

    def _step(self, job: str, held: _Held, places: Mapping[str, str]) -> None:
        self._hear(held, places)
        while held.is_short and len(held.asked) < min(_ASKING, held.most - len(held.ready)):
            try:
                wanted = demand(held.local, self._agents.nodes())
            except RunnerError as error:
                held.error = error
                self._changed()
                return
            taken = {*held.asked, *held.ready}
            number = next(n for n in range(len(taken) + 1) if f"{self._prefix(job)}{n}" not in taken)
            self._ask(f"{self._prefix(job)}{number}", held, wanted)

    def _hear(self, held: _Held, places: Mapping[str, str]) -> None:
        """Move slots that have said where they are to the ready ones; let go of those whose node is gone."""
        from ray import exceptions

        ray = self._agents.ray
        gone = {name for name, answer in held.alive.items() if ray.wait([answer], timeout=0)[0]}
        for name in gone:
            del held.alive[name]
        ready = {n: place for n, place in held.ready.items() if place[0] in places and n not in gone}
        for name, answer in list(held.asked.items()):
            if not ray.wait([answer], timeout=0)[0]:
                continue
            del held.asked[name]
            try:
                node, gpus = ray.get(answer)
            except exceptions.RayError as error:
                _log.info("slot %s is gone: %s", name, error)
                continue
            if node in places:
                ready[name] = (node, lease_of(places[node], gpus))
        with self._lock:
            is_more = len(ready) > len(held.ready)
            held.ready = ready
            held.is_short = held.is_short and not is_more
        if is_more:
            self._changed()

    def _ask(self, name: str, held: _Held, wanted: Mapping[str, Any]) -> None:
        options = {
            "name": name,
            "lifetime": "detached",
            "get_if_exists": True,
            "max_concurrency": 8,  # each engine that comes waits for its end
            "scheduling_strategy": "SPREAD",
            **wanted,
        }
        with answering(name):
            self._watch(name, held, self._agents.ray.remote(_Slot).options(**options).remote())

    def _watch(self, name: str, held: _Held, actor: Any) -> None:
        held.asked[name] = answer = actor.where.remote()
        held.alive[name] = actor.stay.remote()
        answer.future().add_done_callback(lambda _: self._awake.set())

    def _names(self, job: str) -> list[str]:
        return [n for n in self._agents.ray.util.list_named_actors() if n.startswith(self._prefix(job))]

    def _prefix(self, job: str) -> str:
        return f"slot-{self._agents.home}-{job}-"
