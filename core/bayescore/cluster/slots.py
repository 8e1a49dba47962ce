"""Slots: resources that Ray has reserved for the trials of a job, each for one trial at a time.

A slot is an idle detached actor that holds the resources of one trial. Thus Ray chooses the node and the GPU,
and other users of the cluster are considered. A job reuses its slots, because creating one takes a second,
and releases them at its end.
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
_ASKING = 4  # slots of a job that Ray places at the same time


def lease_of(node: str, gpus: tuple[str, ...]) -> str:
    """Lease of a slot: its node and GPUs, as in ``node/0``."""
    return f"{node}{_BETWEEN}{','.join(gpus)}" if gpus else node


def node_of(leases: tuple[str, ...]) -> str:
    """Node of a trial's lease."""
    return leases[0].partition(_BETWEEN)[0]


def gpus_of(leases: tuple[str, ...]) -> tuple[str, ...]:
    """GPUs of a trial's lease, by their index on the node."""
    gpus = leases[0].partition(_BETWEEN)[2]
    return tuple(gpus.split(",")) if gpus else ()


def demand(local: LocalSettings, nodes: Sequence[Node]) -> dict[str, Any]:
    """Resources that one trial requests of Ray.

    Raises
    ------
    RunnerError
        When no node has them.
    """
    share = local.gpus_per_trial / local.trials_per_gpu
    has_gpus = any(node.gpus for node in nodes)
    gpus = share if local.gpus != "none" and (has_gpus or local.gpus_per_trial > 1) else 0.0
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
    """Nodes that have the resources of a trial."""
    return [n for n in nodes if n.gpus >= wanted["num_gpus"] and n.cpus >= wanted["num_cpus"]]


class _Slot:
    """An actor that only holds resources."""

    def where(self) -> tuple[str, tuple[str, ...]]:
        """Id of its node, and its GPUs."""
        import ray

        return ray.get_runtime_context().get_node_id(), tuple(str(g) for g in ray.get_gpu_ids())

    def stay(self) -> None:
        """Never return: the call fails once the slot is gone."""
        threading.Event().wait()


@dataclass
class _JobSlots:
    """Slots of one job.

    Attributes
    ----------
    asked
        Open calls for the place of a slot, by name.
    placed
        Node and lease of a placed slot, by name.
    alive
        Calls that fail once a slot is gone, by name.
    leases
        Leases of the placed slots whose nodes are ready.
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
    """A thread that requests slots from Ray and tracks their places; :meth:`find` does not wait.

    Parameters
    ----------
    changed
        Called when a slot has been placed.
    seen
        Called with the nodes and their free resources when these have changed.
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
        self._jobs: dict[str, _JobSlots] = {}
        self._lock = threading.Lock()
        self._stepping = threading.Lock()  # held while the thread works for a job
        self._awake = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    def find(self, job: str, submission: Submission, most: int, leased: Mapping[str, int]) -> str | None:
        """The lease of a free slot of a job; if there is none, one more is requested and ``None`` returned.

        Parameters
        ----------
        most
            Slots that the job may have.
        leased
            Number of trials, of all jobs, that have each lease.

        Raises
        ------
        RunnerError
            When no node of the cluster has the resources of a trial.
        """
        with self._lock:
            held = self._jobs.setdefault(job, _JobSlots(submission, most))
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
        """Release the slots of a job. Afterwards nothing is requested or prepared for it."""
        with self._stepping, self._lock:  # after a step that is under way, which may prepare a node
            self._jobs.pop(job, None)
        self._readiness.forget(job)
        for name in self._names(job):
            self._release_slot(name)

    def keep_only(self, jobs: Set[str]) -> None:
        """Release slots of other jobs of this data folder, which remain after a crash."""
        ray = self._agents.ray
        prefixes = tuple(self._prefix(job) for job in jobs)
        for name in ray.util.list_named_actors():
            if name.startswith(self._prefix("")[:-1]) and not name.startswith(prefixes):
                self._release_slot(name)

    def look(self) -> None:
        """Check soon whether a node has become ready."""
        self._awake.set()

    def close(self) -> None:
        """Stop the thread; slots remain."""
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
                    with self._stepping:
                        if job not in self._jobs:
                            continue  # released since
                        if job not in found:
                            found.add(job)
                            self._recover(job, held)
                        self._step(job, held, places)
            except BayesdeskError as error:
                _log.info("slots are not available: %s", error)
                self._awake.wait(_AGAIN_S)
            except Exception:  # Ray may raise anything; try again
                _log.exception("slots are not available")
                self._awake.wait(_AGAIN_S)
            self._awake.wait(_LOOK_S)
            self._awake.clear()

    def _recover(self, job: str, held: _JobSlots) -> None:
        """Find the slots that an earlier engine has requested."""
        for name in self._names(job):
            self._watch(name, held, self._agents.ray.get_actor(name))

    def _step(self, job: str, held: _JobSlots, places: Mapping[str, Node]) -> None:
        self._collect_answers(held, places)
        self._offer(job, held)
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

    def _collect_answers(self, held: _JobSlots, places: Mapping[str, Node]) -> None:
        """Note the places of new slots; drop slots that are gone or whose node is."""
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

    def _offer(self, job: str, held: _JobSlots) -> None:
        """Offer slots on nodes that are ready; release those on excluded nodes."""
        leases = []
        for name, (node, lease) in list(held.placed.items()):
            if self._readiness.has(job, held.submission, node):
                leases.append(lease)
            elif self._readiness.is_refused(job, node.id):
                del held.placed[name]
                self._release_slot(name)
        with self._lock:
            is_more = len(leases) > len(held.leases)
            held.leases = leases
            held.is_short = held.is_short and not is_more
        if is_more:
            self._changed()

    def _release_slot(self, name: str) -> None:
        ray = self._agents.ray
        with suppress(ValueError, BayesdeskError), answering(name):
            ray.kill(ray.get_actor(name))

    def _ask(self, name: str, held: _JobSlots, wanted: Mapping[str, Any]) -> None:
        options = {
            "name": name,
            "lifetime": "detached",
            "get_if_exists": True,
            "max_concurrency": 8,  # each engine has an open call to it
            "scheduling_strategy": "SPREAD",
            **wanted,
        }
        with answering(name):
            self._watch(name, held, self._agents.ray.remote(_Slot).options(**options).remote())

    def _watch(self, name: str, held: _JobSlots, actor: Any) -> None:
        held.asked[name] = answer = actor.where.remote()
        held.alive[name] = actor.stay.remote()
        answer.future().add_done_callback(lambda _: self._awake.set())

    def _names(self, job: str) -> list[str]:
        return [n for n in self._agents.ray.util.list_named_actors() if n.startswith(self._prefix(job))]

    def _prefix(self, job: str) -> str:
        return f"slot-{self._agents.home}-{job}-"
