"""The runner of a Ray cluster: starts a trial on the node of its slot and copies its files here."""

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
from bayescore.cluster.readiness import Readiness
from bayescore.cluster.slots import Slots, demand, fitting, gpus_of, node_of
from bayescore.cluster.trial_sync import TrialSync
from bayescore.errors import BayesdeskError, RunnerError
from bayescore.files import reason_of
from bayescore.files import replace as replace_file
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, InPlace, Submission
from bayescore.trials import Launch, TrialFolder, trial_folder
from bayescore.trials.runners.base import GRACE_S, Exit

_log = logging.getLogger(__name__)
OUTPUT_BYTES = 10 * 2**30  # larger outputs stay on the node
_MIN_REPORTED_BYTES = 16 * 2**20  # smaller transfers end before a user could read about them
_ELSEWHERE = "output-elsewhere.txt"  # beside an output that stays on its node: the place


@dataclass(frozen=True)
class ClusterCallbacks:
    """Callbacks while jobs run on a cluster.

    Attributes
    ----------
    nodes
        Called with the nodes and their free resources when these have changed.
    moved
        Called with a job, what is being copied between machines, and the copied share.
    left_out
        Called with a job and why a node gets none of its trials.
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
        callbacks: ClusterCallbacks,
    ) -> None:
        self.agents = Agents(cluster.address, folder.root, cluster.runner)
        self._readiness = Readiness(self.agents, self._check_slots, callbacks.left_out)
        self.slots = Slots(self.agents, self._readiness, changed, callbacks.nodes)
        self._folder = folder
        self._moved = callbacks.moved
        self._sync = TrialSync(self.agents, self._fetch, changed, cluster.patience)
        self._sending: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()
        self._digests: dict[Path, str] = {}
        self._sent: set[tuple[Any, str]] = set()

    def start(self, launch: Launch) -> str:
        """See :class:`Runner`; a lost node is waited for, as for running trials."""
        node = node_of(launch.gpus)
        trial_folder.make_empty(launch.folder.root, launch.content)
        try:
            agent = self.agents.on(node)
            digest = self._send(agent, node, launch)
            sent = {
                e.path: self._send_in_place(agent, node, launch, e) for e in launch.content.in_place if e.send
            }
            there = replace(launch, gpus=gpus_of(launch.gpus))
            inner = self.agents.ask(node, agent.start.remote(there, digest, sent))
        except NodeGoneError:
            inner = UNKNOWN
        return self._follow(_handle(node, launch, inner), launch.folder)

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
        return self._follow(_handle(node, launch, inner), launch.folder)

    def poll(self, handle: str) -> Exit | None:
        """See :class:`Runner`."""
        found = Handle.of(handle)
        self._follow(found, TrialFolder(self._folder.trial(found.job, found.number)))
        return self._sync.exit(found)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """See :class:`Runner`."""
        with suppress(BayesdeskError):
            self.agents.on(Handle.of(handle).node).stop.remote(handle, grace)

    def save_log(self, handle: str, file: Path) -> None:
        """Nothing to do: a trial's end is reported once its whole log is here."""

    def remove(self, handle: str) -> None:
        """See :class:`Runner`."""
        found = Handle.of(handle)
        self._sync.forget(found)
        here = TrialFolder(self._folder.trial(found.job, found.number))
        kept = (here.root / _ELSEWHERE).exists()
        try:
            self.agents.ask(found.node, self.agents.on(found.node).remove.remote(handle, keep_output=kept))
        except BayesdeskError as error:
            _log.info("%s was not removed: %s", handle, error)

    def programs(self) -> dict[str, str]:
        """See :class:`Runner`; those of nodes that do not answer are missing."""
        found: dict[str, str] = {}
        for node in self.agents.nodes():
            try:
                there = self.agents.ask(node.name, self.agents.on(node.name).programs.remote())
            except BayesdeskError as error:
                _log.info("the programs on %s are unknown: %s", node.name, error)
                continue
            found |= {name: str(Handle(node.name, *program)) for name, program in there.items()}
        return found

    def keep_only(self, jobs: Set[str]) -> None:
        """See :class:`Runner`; without a job, the agents are stopped, too."""
        self.slots.keep_only(jobs)
        with self._lock:
            for snapshot in [s for s in self._digests if s not in {self._folder.snapshot(j) for j in jobs}]:
                del self._digests[snapshot]
                _parcel_of(snapshot).unlink(missing_ok=True)
        if not jobs:
            self.agents.stop_all()

    def close(self) -> None:
        """See :class:`Runner`."""
        self._sync.close()
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
        """Check that the nodes have the folders and the image that a trial needs.

        A node without them gets no trials of this job.

        Parameters
        ----------
        report
            Called with a node that is waited for and the share of the image that it has.
        is_cancelled
            Whether to stop waiting.

        Raises
        ------
        RunnerError
            When no node is suitable.
        """
        nodes = self.agents.nodes()
        wanted = demand(submission.local, nodes)
        self._readiness.make_all(job, submission, fitting(nodes, wanted), report, is_cancelled)

    # ---- details

    def _check_slots(self) -> None:
        self.slots.look()

    def _follow(self, handle: Handle, folder: TrialFolder) -> str:
        self._sync.add(handle, folder)
        return str(handle)

    def _send(self, agent: Any, node: str, launch: Launch) -> str:
        """Copy the job's snapshot to a node unless it is there; returns its digest."""
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
                    self.agents.ask(node, agent.receive_snapshot.remote(digest, offset, part, last=last))
                    offset += len(part)
                    self._report_progress(launch.job, what, offset, size)
            self._sent.add((agent, digest))
        return digest

    def _send_in_place(self, agent: Any, node: str, launch: Launch, each: InPlace) -> str:
        """Copy something that is used in place to a node unless it is there; returns its fingerprint."""
        source = Path(each.source)
        try:
            fingerprint = parcels.fingerprint(source)
        except OSError as error:
            raise _unreadable(source, error) from None
        with self._lock:
            if (agent, fingerprint) in self._sent:
                return fingerprint
            sending = self._sending.setdefault((node, fingerprint), threading.Lock())
        with sending:
            if not self.agents.ask(node, agent.has_sent.remote(fingerprint)):
                what = text("copying {file} to {node}", file=each.path, node=node)
                total = max(each.size, 1)

                def deliver(offset: int, part: bytes, last: bool) -> None:
                    answer = agent.receive_sent.remote(fingerprint, offset, part, last=last)
                    self.agents.ask(node, answer)
                    done = 1.0 if last else min(0.99, (offset + len(part)) / total)
                    if total > _MIN_REPORTED_BYTES:
                        self._moved(launch.job, what, done)

                try:
                    parcels.stream(source, deliver)
                except OSError as error:
                    raise _unreadable(source, error) from None
            self._sent.add((agent, fingerprint))
        return fingerprint

    def _report_progress(self, job: str, what: Text, done: int, size: int) -> None:
        if size > _MIN_REPORTED_BYTES:
            self._moved(job, what, done / size)

    def _fetch(self, handle: Handle, folder: TrialFolder) -> None:
        """Copy a trial's output; if some of it stays on the node, note where."""
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
            self._report_progress(handle.job, what, offset, packed.size)
            part = (
                self.agents.ask(handle.node, agent.output_part.remote(handle.job, handle.number, offset))
                if more
                else b""
            )
        if packed.size:
            parcels.merge(parcel, folder.output)
            parcel.unlink()


def _unreadable(source: Path, error: OSError) -> RunnerError:
    return RunnerError(
        text("{file} cannot be sent: {reason}.", file=error.filename or source, reason=reason_of(error))
    )


def _parcel_of(snapshot: Path) -> Path:
    return snapshot.with_suffix(".tar")


def _handle(node: str, launch: Launch, inner: str) -> Handle:
    return Handle(node, launch.job, launch.number, launch.content.attempt, inner)
