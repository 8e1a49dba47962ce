"""Slots: what Ray has set aside for the trials of a job, each good for one trial at a time.

A slot is an idle detached actor that holds the resources of one trial, so that other users of the
cluster are respected and Ray chooses the node and the GPU.  A job keeps its slots from trial to
trial, for making one takes a second, and gives them back at its end.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bayescore.cluster.agents import Agents
from bayescore.cluster.connection import Node, answering
from bayescore.cluster.readiness import Readiness
from bayescore.config import LocalSettings
from bayescore.errors import BayesdeskError, RunnerError
from bayescore.i18n import text
from bayescore.store import Submission

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


def fitting(nodes: Sequence[Node], wanted: Mapping[str, Any]) -> list[Node]:
    """Nodes that have what a trial asks of Ray."""
    return [n for n in nodes if n.gpus >= wanted["num_gpus"] and n.cpus >= wanted["num_cpus"]]


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
    """Slots of one job: those that Ray still looks a place for, and where the others are.

    Attributes
    ----------
    asked
        By name, the answer to where a slot is.
    placed
        By name, the node that a slot is on, and its lease.
    alive
        By name, an answer that comes at a slot's end.
    leases
        Of the placed ones on nodes that are ready.
    """

    submission: Submission
    most: int
    asked: dict[str, Any] = field(default_factory=dict)
    placed: dict[str, tuple[Node, str]] = field(default_factory=dict)
    alive: dict[str, Any] = field(default_factory=dict)
    leases: list[str] = field(default_factory=list)
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
        self,
        agents: Agents,
        readiness: Readiness,
        changed: Callable[[], None],
        seen: Callable[[Sequence[Node]], None],
    ) -> None:
        self._agents = agents
        self._readiness = readiness
        self._seen = seen
        self._last_seen: list[Node] = []
        self._changed = changed
        self._jobs: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    def find(self, job: str, submission: Submission, most: int, leased: Mapping[str, int]) -> str | None:
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
            held = self._jobs.setdefault(job, _Held(submission, most))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="slots", daemon=True)
                self._thread.start()
            if held.error is not None:
                raise held.error
            everybody = Counter(lease for each in self._jobs.values() for lease in each.leases)
            free = {lease for lease in held.leases if everybody[lease] > leased.get(lease, 0)}
            if free:
                return min(free, key=lambda lease: (leased.get(lease, 0), lease))
            held.is_short = True
        self._awake.set()
        return None

    def release(self, job: str) -> None:
        """Give a job's slots back."""
        with self._lock:
            self._jobs.pop(job, None)
        self._readiness.forget(job)
        for name in self._names(job):
            self._give_back(name)

    def keep_only(self, jobs: Set[str]) -> None:
        """Give back what other jobs of this data folder have left, as after a crash at their end."""
        ray = self._agents.ray
        prefixes = tuple(self._prefix(job) for job in jobs)
        for name in ray.util.list_named_actors():
            if name.startswith(self._prefix("")[:-1]) and not name.startswith(prefixes):
                self._give_back(name)

    def look(self) -> None:
        """See soon whether a node has become ready."""
        self._awake.set()

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
                places = {node.id: node for node in nodes}
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

    def _step(self, job: str, held: _Held, places: Mapping[str, Node]) -> None:
        self._hear(held, places)
        self._choose(job, held)
        while held.is_short and len(held.asked) < min(_ASKING, held.most - len(held.placed)):
            try:
                wanted = demand(held.submission.local, self._agents.nodes())
            except RunnerError as error:
                held.error = error
                self._changed()
                return
            if refused := [node for node in places if self._readiness.is_refused(job, node)]:
                wanted["label_selector"] = {"ray.io/node-id": f"!in({','.join(refused)})"}
            taken = {*held.asked, *held.placed}
            number = next(n for n in range(len(taken) + 1) if f"{self._prefix(job)}{n}" not in taken)
            self._ask(f"{self._prefix(job)}{number}", held, wanted)

    def _hear(self, held: _Held, places: Mapping[str, Node]) -> None:
        """Note where slots are that have said it; let go of those whose node is gone."""
        from ray import exceptions

        ray = self._agents.ray
        gone = {name for name, answer in held.alive.items() if ray.wait([answer], timeout=0)[0]}
        for name in gone:
            del held.alive[name]
        placed = {n: place for n, place in held.placed.items() if place[0].id in places and n not in gone}
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
                placed[name] = (places[node], lease_of(places[node].name, gpus))
        held.placed = placed

    def _choose(self, job: str, held: _Held) -> None:
        """Offer the slots on nodes that are ready; give those back on nodes that can never be."""
        leases = []
        for name, (node, lease) in list(held.placed.items()):
            if self._readiness.has(job, held.submission, node):
                leases.append(lease)
            elif self._readiness.is_refused(job, node.id):
                del held.placed[name]
                self._give_back(name)
        with self._lock:
            is_more = len(leases) > len(held.leases)
            held.leases = leases
            held.is_short = held.is_short and not is_more
        if is_more:
            self._changed()

    def _give_back(self, name: str) -> None:
        ray = self._agents.ray
        with suppress(ValueError):
            ray.kill(ray.get_actor(name))

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
