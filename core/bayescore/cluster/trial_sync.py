"""Copies what trials on other nodes write into their folders on this machine, as if they ran here."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bayescore.cluster.agents import ANSWER_S, Agents
from bayescore.cluster.messages import UNKNOWN, Handle, SyncOffsets, TrialUpdate
from bayescore.errors import BayesdeskError, RunnerSilentError
from bayescore.files import replace
from bayescore.files.writing import write_at
from bayescore.metrics.summary import write_summary
from bayescore.trials import TrialFolder
from bayescore.trials.runners import Exit
from bayescore.trials.supervisor.bounded_log import BoundedLog

_log = logging.getLogger(__name__)
_WAIT_S = 2.0  # an agent with no update answers after this time
_PAUSE_S = 0.05
_MAX_OPEN_CALLS = 4  # to one agent
_AGAIN_S = 1.0  # between calls to an unreachable node
_OFFSETS_FILE = "mirror.json"
_FETCHES = 4  # outputs copied at the same time
_Program = tuple[str, str, int, int]  # see Handle.program


@dataclass
class _SyncedTrial:
    handle: Handle
    folder: TrialFolder
    offsets: SyncOffsets
    fetching: bool = False
    exit: Exit | None = None


class TrialSync:
    """A thread that copies updates of running trials from the agents.

    Parameters
    ----------
    fetch
        Copies a trial's output; called once it has ended, before its end is reported.
    patience
        Seconds a node may stay unreachable before its trials are lost.
    changed
        Called when there is an update.
    """

    def __init__(
        self,
        agents: Agents,
        fetch: Callable[[Handle, TrialFolder], None],
        changed: Callable[[], None],
        patience: float,
    ) -> None:
        self._agents = agents
        self._fetch = fetch
        self._changed = changed
        self._patience = patience
        self._known: dict[_Program, _SyncedTrial] = {}
        self._unreachable_since: dict[str, float] = {}
        self._asked: dict[Any, tuple[str, set[_Program]]] = {}  # open calls: node and trials of each
        self._not_before: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._pool = ThreadPoolExecutor(_FETCHES, thread_name_prefix="fetch")
        self._thread: threading.Thread | None = None

    def add(self, handle: Handle, folder: TrialFolder) -> None:
        """Copy a trial's files from now on, starting at the size of the copies."""
        with self._lock:
            if known := self._known.get(handle.program):
                if known.handle.inner == UNKNOWN:
                    known.handle = handle
                return
            self._known[handle.program] = _SyncedTrial(handle, folder, _offsets_of(folder))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
                self._thread.start()

    def exit(self, handle: Handle) -> Exit | None:
        """How a trial ended, once all of its files are here."""
        with self._lock:
            known = self._known.get(handle.program)
            return known.exit if known else None

    def forget(self, handle: Handle) -> None:
        """Stop copying a trial."""
        with self._lock:
            self._known.pop(handle.program, None)

    def close(self) -> None:
        """Stop the threads."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._ask()
                self._collect_answers()
            except Exception:  # Ray may raise anything; try again
                _log.exception("unexpected error while copying trials")
                self._ending.wait(_AGAIN_S)

    def _ask(self) -> None:
        """Open a call for trials that no open call covers, so that a new one does not wait for the others."""
        covered = {program for _node, trials in self._asked.values() for program in trials}
        with self._lock:
            wanted: dict[str, dict[str, SyncOffsets]] = defaultdict(dict)
            for program, each in self._known.items():
                if each.exit is None and not each.fetching and program not in covered:
                    wanted[each.handle.node][str(each.handle)] = each.offsets
        busy = Counter(node for node, _trials in self._asked.values())
        for node, offsets in wanted.items():
            if busy[node] >= _MAX_OPEN_CALLS or time.monotonic() < self._not_before.get(node, 0.0):
                continue
            try:
                self._asked[self._agents.on(node).updates.remote(offsets, _WAIT_S)] = (
                    node,
                    {Handle.of(text_).program for text_ in offsets},
                )
            except BayesdeskError as error:
                self._on_unreachable(node, error)

    def _collect_answers(self) -> None:
        from ray import exceptions

        if not self._asked:
            self._ending.wait(_PAUSE_S)
            return
        ray = self._agents.ray
        ready, _open = ray.wait(list(self._asked), num_returns=1, timeout=_PAUSE_S)
        for each in ready:
            node, _trials = self._asked.pop(each)
            try:
                updates: dict[str, TrialUpdate] = ray.get(each, timeout=ANSWER_S)
            except exceptions.RayError as error:
                self._on_unreachable(node, error)
                self._agents.forget(node)
            else:
                self._unreachable_since.pop(node, None)
                for text_, update in updates.items():
                    self._apply(Handle.of(text_), update)

    def _apply(self, handle: Handle, update: TrialUpdate) -> None:
        with self._lock:
            known = self._known.get(handle.program)
        if known is None:
            return
        _append(known.folder, known.offsets, update)
        known.offsets = update.offsets
        if update.exit is not None:
            known.fetching = True
            self._pool.submit(self._end, known, update.exit)
        self._changed()

    def _end(self, known: _SyncedTrial, exit_: Exit) -> None:
        try:
            if exit_.code is not None:  # else no output is known
                self._fetch(known.handle, known.folder)
        except RunnerSilentError:
            known.fetching = False  # the node is asked again and answers the same
            return
        except BayesdeskError as error:
            _log.error("the output of %s stays on its node: %s", known.handle, error)
        except Exception:
            _log.exception("the output of %s stays on its node", known.handle)
        known.exit = exit_
        self._changed()

    def _on_unreachable(self, node: str, error: Exception) -> None:
        """Wait for a node; after the patience its trials are lost."""
        since = self._unreachable_since.setdefault(node, time.monotonic())
        self._not_before[node] = time.monotonic() + _AGAIN_S
        if time.monotonic() - since < self._patience:
            return
        _log.warning("the trials of node %s are lost: %s", node, error)
        with self._lock:
            for each in self._known.values():
                if each.handle.node == node and each.exit is None and not each.fetching:
                    each.exit = Exit(None, gone_with=node)
        self._unreachable_since.pop(node, None)
        self._changed()


def _offsets_of(folder: TrialFolder) -> SyncOffsets:
    """Offsets of the files that are here already."""
    spool = folder.spool / "points.jsonl"
    size = spool.stat().st_size if spool.exists() else 0
    try:
        log = json.loads((folder.root / _OFFSETS_FILE).read_text(encoding="ascii"))
        return SyncOffsets(size, log["log"], log["log_file"])
    except (OSError, ValueError, KeyError):
        return SyncOffsets(size)


def _append(folder: TrialFolder, offsets: SyncOffsets, update: TrialUpdate) -> None:
    if update.spool:
        write_at(folder.spool / "points.jsonl", offsets.spool, update.spool)
    if update.summary:
        write_summary(folder.root, update.summary)
    if update.log:
        log = BoundedLog(str(folder.log))
        log.write(update.log)
        log.close()
        place = {"log": update.offsets.log, "log_file": update.offsets.log_file}
        replace(folder.root / _OFFSETS_FILE, json.dumps(place).encode())
