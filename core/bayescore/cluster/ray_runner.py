"""The runner of a Ray cluster: starts a trial on the node that its slot is on, and mirrors it here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bayescore.cluster import parcels
from bayescore.cluster.address import ClusterAddress
from bayescore.cluster.agents import Agents
from bayescore.cluster.connection import Node, NodeGoneError
from bayescore.cluster.messages import UNKNOWN, Handle
from bayescore.cluster.mirror import Mirror
from bayescore.cluster.readiness import Readiness
from bayescore.cluster.slots import Slots, demand, fitting, gpus_of, node_of
from bayescore.errors import BayesdeskError
from bayescore.files import replace as replace_file
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, Submission
from bayescore.trials import Launch, TrialFolder, trial_folder
from bayescore.trials.runners.base import GRACE_S, Exit

_log = logging.getLogger(__name__)
OUTPUT_BYTES = 10 * 2**30  # more stays on the node
_WORTH_TELLING = 16 * 2**20  # what is smaller is here before one could read of it
_ELSEWHERE = "output-elsewhere.txt"  # beside an output that stayed: where it is


@dataclass(frozen=True)
class Telling:
    """What is told of a cluster while jobs run on it.

    Attributes
    ----------
    nodes
        The nodes, and what of them is free, when that has changed.
    moved
        Of a job: what is on its way between machines, and the share that has arrived.
    left_out
        Of a job: why a node gets none of its trials.
    """

    nodes: Callable[[Sequence[Node]], None]
    moved: Callable[[str, Text, float], None]
    left_out: Callable[[str, Text], None]


class RayRunner:
    """Trials on the nodes of a cluster; see :class:`bayescore.trials.runners.Runner`."""

    polls_memory = True

    def __init__(
        self,
        cluster: ClusterAddress,
        folder: DataFolder,
        changed: Callable[[], None],
        tell: Telling,
    ) -> None:
        self.agents = Agents(cluster.address, folder.root, cluster.runner)
        self._readiness = Readiness(self.agents, self._look_again, tell.left_out)
        self.slots = Slots(self.agents, self._readiness, changed, tell.nodes)
        self._folder = folder
        self._moved = tell.moved
        self._mirror = Mirror(self.agents, self._fetch, changed, cluster.patience)
        self._sending: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()
        self._digests: dict[Path, str] = {}
        self._sent: set[tuple[Any, str]] = set()

    def start(self, launch: Launch) -> str:
        """See :class:`Runner`; a node that went away is waited for as one with a running trial is."""
        node = node_of(launch.gpus)
        trial_folder.make_empty(launch.folder.root, launch.content)
        try:
            agent = self.agents.on(node)
            digest = self._send(agent, node, launch)
            there = replace(launch, gpus=gpus_of(launch.gpus))
            inner = self.agents.ask(node, agent.start.remote(there, digest))
        except NodeGoneError:
            inner = UNKNOWN
        return self._followed(_handle(node, launch, inner), launch.folder)

    def adopt(self, launch: Launch) -> str | None:
        """See :class:`Runner`."""
        node = node_of(launch.gpus)
        try:
            agent = self.agents.on(node)
            inner = self.agents.ask(node, agent.adopt.remote(replace(launch, gpus=gpus_of(launch.gpus))))
        except NodeGoneError:
            inner = UNKNOWN
        if inner is None:
            return None
        return self._followed(_handle(node, launch, inner), launch.folder)

    def poll(self, handle: str) -> Exit | None:
        """See :class:`Runner`."""
        found = Handle.of(handle)
        self._followed(found, TrialFolder(self._folder.trial(found.job, found.number)))
        return self._mirror.exit(found)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """See :class:`Runner`."""
        with suppress(BayesdeskError):
            self.agents.on(Handle.of(handle).node).stop.remote(handle, grace)

    def save_log(self, handle: str, file: Path) -> None:
        """Nothing to do: a trial's end is told after all of its log is here."""

    def remove(self, handle: str) -> None:
        """See :class:`Runner`."""
        found = Handle.of(handle)
        self._mirror.forget(found)
        here = TrialFolder(self._folder.trial(found.job, found.number))
        kept = (here.root / _ELSEWHERE).exists()
        try:
            self.agents.ask(found.node, self.agents.on(found.node).remove.remote(handle, keep_output=kept))
        except BayesdeskError as error:
            _log.info("%s is not removed: %s", handle, error)

    def programs(self) -> dict[str, str]:
        """See :class:`Runner`."""
        found: dict[str, str] = {}
        for node in self.agents.nodes():
            there = self.agents.ask(node.name, self.agents.on(node.name).programs.remote())
            found |= {name: str(Handle(node.name, *program)) for name, program in there.items()}
        return found

    def keep_only(self, jobs: Set[str]) -> None:
        """See :class:`Runner`; without a job the agents go too."""
        self.slots.keep_only(jobs)
        with self._lock:
            for snapshot in [s for s in self._digests if s not in {self._folder.snapshot(j) for j in jobs}]:
                del self._digests[snapshot]
                _parcel_of(snapshot).unlink(missing_ok=True)
        if not jobs:
            self.agents.dismiss()

    def close(self) -> None:
        """See :class:`Runner`."""
        self._mirror.close()
        self.slots.close()
        self._readiness.close()

    # ---- before the first trial

    def make_ready(
        self,
        job: str,
        submission: Submission,
        report: Callable[[str, float], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        """See that the nodes that may hold a trial have the folders and the image that it needs.

        One that has not gets no trials of this job.

        Parameters
        ----------
        report
            Told a node that is waited for, and the share of the image that it has.
        is_cancelled
            Whether it is not to go on.

        Raises
        ------
        RunnerError
            When there is no such node, or none has them.
        """
        nodes = self.agents.nodes()
        wanted = demand(submission.local, nodes)
        self._readiness.make_all(job, submission, fitting(nodes, wanted), report, is_cancelled)

    # ---- details

    def _look_again(self) -> None:
        self.slots.look()

    def _followed(self, handle: Handle, folder: TrialFolder) -> str:
        self._mirror.add(handle, folder)
        return str(handle)

    def _send(self, agent: Any, node: str, launch: Launch) -> str:
        """See that the job's snapshot is on a node; its digest."""
        snapshot = launch.content.snapshot
        with self._lock:
            parcel = _parcel_of(snapshot)
            if snapshot not in self._digests:
                parcels.pack(snapshot, parcel)
                self._digests[snapshot] = parcels.digest(parcel)
            digest = self._digests[snapshot]
            if (agent, digest) in self._sent:
                return digest
            sending = self._sending.setdefault((node, digest), threading.Lock())
        with sending:
            if self.agents.ask(node, agent.has_snapshot.remote(digest)):
                self._sent.add((agent, digest))
                return digest
            size, offset = parcel.stat().st_size, 0
            what = text("copying the project to {node}", node=node)
            with parcel.open("rb") as file:
                while part := file.read(parcels.PART_BYTES):
                    last = offset + len(part) >= size
                    self.agents.ask(node, agent.take_snapshot.remote(digest, offset, part, last=last))
                    offset += len(part)
                    self._tell(launch.job, what, offset, size)
            self._sent.add((agent, digest))
        return digest

    def _tell(self, job: str, what: Text, done: int, size: int) -> None:
        if size > _WORTH_TELLING:
            self._moved(job, what, done / size)

    def _fetch(self, handle: Handle, folder: TrialFolder) -> None:
        """Bring what is to come back of a trial's output; where something stays, note where it is."""
        agent = self.agents.on(handle.node)
        answer = agent.pack_output.remote(handle.job, handle.number, OUTPUT_BYTES)
        packed = self.agents.ask(handle.node, answer)
        if packed.rest:
            place = f"{handle.node}:{packed.rest}\n"
            replace_file(folder.root / _ELSEWHERE, place.encode("utf-8"))
        parcel, offset = folder.root / "output.tar", 0
        what = text(
            "fetching the output of trial {number} from {node}", number=handle.number, node=handle.node
        )
        part = packed.first
        while part:
            parcels.write_part(parcel, offset, part)
            offset += len(part)
            more = offset < packed.size
            self._tell(handle.job, what, offset, packed.size)
            part = (
                self.agents.ask(handle.node, agent.output_part.remote(handle.job, handle.number, offset))
                if more
                else b""
            )
        if packed.size:
            parcels.merge(parcel, folder.output)
            parcel.unlink()


def _parcel_of(snapshot: Path) -> Path:
    return snapshot.with_suffix(".tar")


def _handle(node: str, launch: Launch, inner: str) -> Handle:
    return Handle(node, launch.job, launch.number, launch.content.attempt, inner)
