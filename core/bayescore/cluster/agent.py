"""The agent of a node: runs trials there as the engine does on its own machine.

It is a plain class that Ray hosts as an actor. Its state is in its folder, so that an agent that was killed
resumes after Ray has restarted it: reports and logs stay there until the head has stored them.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bayescore import __version__
from bayescore.cluster import node_metrics, parcels
from bayescore.cluster.file_parts import CHUNK, log_part, part_of
from bayescore.cluster.inspection import check_folders
from bayescore.cluster.known_trial import KNOWN, read_known, write_known
from bayescore.cluster.messages import UNKNOWN, Handle, ImageState, Packed, SyncOffsets, TrialUpdate
from bayescore.cluster.node_cache import NodeCache
from bayescore.cluster.node_environment import on_this_node
from bayescore.cluster.node_metrics import NodeMetrics
from bayescore.cluster.pulling import Pull
from bayescore.cluster.relay import PortFile, Relayed, SpoolIntake
from bayescore.files import remove_tree
from bayescore.listener import Listener
from bayescore.listener.attempt import MAX_SPOOL_BYTES
from bayescore.store import DataFolder, InPlace, Input
from bayescore.trials import Launch, TrialFolder, docker_engine, images, reporting, trial_folder
from bayescore.trials.runners import DockerRunner, Exit, ProcessRunner, Runner

_LOOK_S = 0.1
_HOSTS = {"docker": "host.docker.internal", "process": "127.0.0.1"}


class NodeAgent:
    """Runs trials on its node.

    Parameters
    ----------
    home
        Identifies the head's data folder among those that use this cluster.
    node
        Name of the node; agents of several nodes on one machine must not share a folder.
    runner
        ``docker`` or ``process``.
    """

    def __init__(self, home: str, node: str, runner: str) -> None:
        self._node = node
        self._folder = DataFolder(agents_home() / home / node)
        self._folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._changed = threading.Event()
        self._kind = runner
        self._runner = self._make_runner(runner)
        ports = PortFile(self._folder.root / "port", self._renew_tokens)
        self._listener: Listener[Relayed] = Listener(SpoolIntake(), ports)
        self._listener.start()
        self._reporters: dict[tuple[str, int], Relayed] = {}
        self._cache = NodeCache(self._folder.root)
        self._metrics = NodeMetrics(
            lambda folder: read_known(folder.root), self._cache.snapshot, self._changed.set
        )
        self._logs_saved: set[str] = set()
        self._pulls: dict[str, Pull] = {}
        self._image_lock = threading.Lock()
        logging.basicConfig(filename=self._folder.root / "agent.log", level=logging.INFO)

    def _make_runner(self, runner: str) -> Runner:
        if runner == "docker":
            return DockerRunner(docker_engine.find(), self._folder.root, self._changed.set)
        return ProcessRunner(self._changed.set)

    def version(self) -> str:
        """Version of Bayesdesk on this node."""
        return __version__

    # ---- the project

    def has_snapshot(self, digest: str) -> bool:
        """Whether a snapshot is on this node."""
        return self._cache.snapshot(digest).is_dir()

    def receive_snapshot(self, digest: str, offset: int, part: bytes, *, last: bool) -> None:
        """Receive a part of a packed snapshot; the last part unpacks it."""
        self._cache.receive(self._cache.snapshot(digest), offset, part, last=last)

    def has_sent(self, fingerprint: str) -> bool:
        """Whether something that is used in place has been sent to this node."""
        return self._cache.sent(fingerprint).is_dir()

    def receive_sent(self, fingerprint: str, offset: int, part: bytes, *, last: bool) -> None:
        """Receive a part of something that is used in place; the last part unpacks it."""
        self._cache.receive(self._cache.sent(fingerprint), offset, part, last=last)

    def remove_old_snapshots(self) -> None:
        """Remove snapshots, and what was sent, that no trial has used for a week."""
        self._cache.remove_old()

    # ---- requirements of a job

    def check(self, inputs: tuple[Input, ...], in_place: tuple[InPlace, ...] = ()) -> None:
        """Check that the folders that trials read are on this node, and what they use in place.

        Raises
        ------
        RunnerError
            When one of them is missing.
        """
        check_folders(self._node, [bound.on(self._node) for bound in inputs], in_place)

    def ensure_image(self, image: str, mirror: str | None) -> ImageState:
        """Start pulling an image unless it is here; call again for the progress.

        Raises
        ------
        RunnerError
            When it cannot be pulled.
        """
        assert isinstance(self._runner, DockerRunner)
        with self._image_lock:
            pull = self._pulls.get(image)
            if pull is None:
                if images.is_present(self._runner.client, image):
                    return ImageState(here=True)
                pull = self._pulls[image] = Pull(self._runner.client, image, mirror)
            if pull.error is not None:
                del self._pulls[image]
                raise pull.error
            return ImageState(here=pull.done, share=pull.share)

    # ---- programs

    def start(self, launch: Launch, digest: str, sent: Mapping[str, str]) -> str:
        """Start a program; returns the handle of the node's runner.

        Parameters
        ----------
        digest
            Of the snapshot of the project.
        sent
            Fingerprint of each path that is used in place and was sent here.

        Raises
        ------
        RunnerError
            When it cannot be started.
        """
        folder = TrialFolder(self._folder.trial(launch.job, launch.number))
        in_place = tuple(self._on_this_node(each, sent) for each in launch.content.in_place)
        content = replace(
            launch.content,
            snapshot=self._cache.snapshot(digest),
            in_place=in_place,
            is_mounted=self._kind == "docker",
        )
        self._cache.mark_used(content.snapshot)
        if not trial_folder.is_made(folder.root, content.attempt):
            self._reporters.pop((launch.job, launch.number), None)  # of an earlier attempt
            self._metrics.forget(folder)
        trial_folder.make(folder.root, content)
        reporter = self._reporter(launch.job, launch.number)
        self._listener.listen_on_bridge()
        inputs = tuple(bound.on(self._node) for bound in launch.inputs)
        check_folders(self._node, inputs, in_place)
        environment = {
            **launch.environment,
            **reporting(_HOSTS[self._kind], self._listener.port, reporter.address, reporter.token),
        }
        own = replace(
            launch,
            folder=folder,
            content=content,
            environment=environment,
            inputs=inputs,
            inherited=on_this_node(launch.inherited),
        )
        inner = self._runner.start(own)
        write_known(
            folder.root,
            {
                "token": reporter.token,
                "name": launch.name,
                "attempt": str(content.attempt),
                "inner": inner,
                "outputs": launch.outputs,
                **node_metrics.stored(launch, digest),
            },
        )
        return inner

    def _on_this_node(self, each: InPlace, sent: Mapping[str, str]) -> InPlace:
        """Something that is used in place, with its path on this node."""
        if each.path not in sent:
            return each
        place = self._cache.sent(sent[each.path])
        self._cache.mark_used(place)
        return replace(each, source=str(place / parcels.CONTENT))

    def adopt(self, launch: Launch) -> str | None:
        """Handle of the program that was started with this launch, if there is one."""
        folder = TrialFolder(self._folder.trial(launch.job, launch.number))
        if not trial_folder.is_made(folder.root, launch.content.attempt):
            return None
        return self._runner.adopt(replace(launch, folder=folder))

    def updates(self, wanted: Mapping[str, SyncOffsets], wait: float) -> dict[str, TrialUpdate]:
        """Updates of programs, by :class:`Handle`; waits up to ``wait`` seconds for one."""
        until = time.monotonic() + wait
        while True:
            found = {text_: self._update(Handle.of(text_), offsets) for text_, offsets in wanted.items()}
            if time.monotonic() >= until or any(update.is_any for update in found.values()):
                return {text_: update for text_, update in found.items() if update.is_any}
            self._changed.wait(_LOOK_S)
            self._changed.clear()

    def _update(self, handle: Handle, offsets: SyncOffsets) -> TrialUpdate:
        self._reporter(handle.job, handle.number)  # after a restart of the agent, it may report again
        folder = TrialFolder(self._folder.trial(handle.job, handle.number))
        if trial_folder.is_of_another(folder.root, handle.attempt):
            return TrialUpdate(b"", b"", offsets, None)  # requested before the next attempt began here
        inner = self._inner(handle)
        # before the files are read, so that nothing is written after them
        ended = self._runner.poll(inner) if inner else Exit(None)
        if ended is not None and inner and inner not in self._logs_saved:
            self._runner.save_log(inner, folder.log)
            self._logs_saved.add(inner)
        summary, summary_digest = b"", offsets.summary
        if ended is None:
            self._metrics.tick(folder)
        elif self._metrics.finish(folder):
            summary, summary_digest = node_metrics.new_summary(folder, offsets.summary)
        else:
            ended = None
        # the intake ignores what exceeds the limit, which would only fill the head's disk
        spool = (
            part_of(folder.spool / "points.jsonl", offsets.spool) if offsets.spool <= MAX_SPOOL_BYTES else b""
        )
        log, log_file, log_offset = log_part(folder.log, offsets)
        rest = max(len(spool), len(log)) == CHUNK
        return TrialUpdate(
            spool,
            log,
            SyncOffsets(offsets.spool + len(spool), log_offset, log_file, summary_digest),
            None if rest else ended,
            summary,
        )

    def stop(self, handle: str, grace: float) -> None:
        """Ask a program to end."""
        if inner := self._inner(Handle.of(handle)):
            self._runner.stop(inner, grace)

    def remove(self, handle: str, *, keep_output: bool) -> None:
        """Remove a program and its files, which the head has copied."""
        found = Handle.of(handle)
        folder = TrialFolder(self._folder.trial(found.job, found.number))
        if trial_folder.is_of_another(folder.root, found.attempt):
            return  # the next attempt has begun on this node and has moved the files of this one
        if inner := self._inner(found):
            self._runner.remove(inner)
        self._metrics.forget(folder)
        if reporter := self._reporters.pop((found.job, found.number), None):
            self._listener.retire(reporter.address)
        # the file with the name goes last, so that an interrupted removal is repeated
        known = folder.root / KNOWN
        paths = sorted(folder.root.iterdir(), key=known.__eq__) if folder.root.is_dir() else []
        for path in paths:
            if keep_output and path == folder.output:
                continue
            with suppress(OSError):
                remove_tree(path)
        if not keep_output:
            with suppress(OSError):
                folder.root.rmdir()

    def programs(self) -> dict[str, tuple[str, int, int, str]]:
        """Job, number, attempt and inner handle of programs that have not been removed, by name."""
        found = {}
        for root in (self._folder.root / "jobs").glob("*/trials/*"):
            known = read_known(root)
            if root.name.isdigit() and "inner" in known:
                found[known["name"]] = (root.parts[-3], int(root.name), int(known["attempt"]), known["inner"])
        return found

    # ---- outputs

    def pack_output(self, job: str, number: int, limit: int) -> Packed:
        """Pack the part of a trial's output that is copied to the head, if it has at most ``limit`` bytes."""
        root = self._folder.trial(job, number)
        output = TrialFolder(root).output
        rule = read_known(root).get("outputs", "all")
        pattern = {"all": "*", "none": ""}.get(rule, rule)
        size = parcels.pack(output, root / "output.tar", pattern, limit) if pattern else 0
        rest = "" if pattern == "*" and size >= 0 else str(output)
        return Packed(max(size, 0), rest, self.output_part(job, number, 0) if size > 0 else b"")

    def output_part(self, job: str, number: int, offset: int) -> bytes:
        """A part of the packed output."""
        return part_of(self._folder.trial(job, number) / "output.tar", offset, 4 * CHUNK)

    # ---- details

    def _inner(self, handle: Handle) -> str | None:
        """Handle of the node's runner; ``None`` if no program of this trial has started."""
        if handle.inner != UNKNOWN:
            return handle.inner
        return read_known(self._folder.trial(handle.job, handle.number)).get("inner")

    def _renew_tokens(self) -> None:
        for file in (self._folder.root / "jobs").glob(f"*/trials/*/{KNOWN}"):
            if known := read_known(file.parent):
                write_known(file.parent, {**known, "token": secrets.token_urlsafe(24)})

    def _reporter(self, job: str, number: int) -> Relayed:
        known = self._reporters.get((job, number))
        if known is not None:
            return known
        folder = TrialFolder(self._folder.trial(job, number))
        token = read_known(folder.root).get("token")
        if token is None:
            token = secrets.token_urlsafe(24)
            with suppress(OSError):
                write_known(folder.root, {"token": token})
        reporter = Relayed(f"{job}-{number}", token, folder.spool / "points.jsonl")
        self._reporters[job, number] = reporter
        self._listener.admit(reporter)
        return reporter


def agents_home() -> Path:
    """Folder of the agents: ``BAYESDESK_AGENT_HOME``, else one below the user's data."""
    if chosen := os.environ.get("BAYESDESK_AGENT_HOME"):
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("bayesdesk-agent", appauthor=False)
