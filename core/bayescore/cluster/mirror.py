"""Brings what trials on other nodes write into their folders on this machine, as if they ran here."""

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
from bayescore.cluster.messages import UNKNOWN, Handle, News, Seen
from bayescore.errors import BayesdeskError, RunnerSilentError
from bayescore.files import replace
from bayescore.files.writing import write_at
from bayescore.trials import TrialFolder
from bayescore.trials.runners import Exit
from bayescore.trials.supervisor.bounded_log import BoundedLog

_log = logging.getLogger(__name__)
_WAIT_S = 2.0  # an agent answers at once when there is news, else after so long
_PAUSE_S = 0.05
_MOST_OPEN = 4  # questions to one agent
_AGAIN_S = 1.0  # after a node that did not answer
_SEEN = "mirror.json"
_FETCHES = 4  # outputs on their way at the same time
_Program = tuple[str, str, int, int]  # see Handle.program


@dataclass
class _Mirrored:
    handle: Handle
    folder: TrialFolder
    seen: Seen
    fetching: bool = False
    exit: Exit | None = None


class Mirror:
    """A thread that asks every agent with running trials for news, and writes it down.

    Parameters
    ----------
    fetch
        Brings a trial's output; called once it has ended, before its end is told.
    patience
        Seconds for which a node may be away before its trials are given up.
    changed
        Called when a trial has something new.
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
        self._known: dict[_Program, _Mirrored] = {}
        self._away: dict[str, float] = {}
        self._asked: dict[Any, tuple[str, set[_Program]]] = {}  # answers under way: node and trials of each
        self._not_before: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._pool = ThreadPoolExecutor(_FETCHES, thread_name_prefix="fetch")
        self._thread: threading.Thread | None = None

    def add(self, handle: Handle, folder: TrialFolder) -> None:
        """Follow a trial, from where its files on this machine end."""
        with self._lock:
            if known := self._known.get(handle.program):
                if known.handle.inner == UNKNOWN:
                    known.handle = handle
                return
            self._known[handle.program] = _Mirrored(handle, folder, _seen(folder))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
                self._thread.start()

    def exit(self, handle: Handle) -> Exit | None:
        """How a trial ended, once all of it is here."""
        with self._lock:
            known = self._known.get(handle.program)
            return known.exit if known else None

    def forget(self, handle: Handle) -> None:
        """Follow a trial no longer."""
        with self._lock:
            self._known.pop(handle.program, None)

    def close(self) -> None:
        """End."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._ask()
                self._hear()
            except Exception:  # whatever Ray may raise, the next round tries again
                _log.exception("the mirror goes on")
                self._ending.wait(_AGAIN_S)

    def _ask(self) -> None:
        """See that each trial is in an open question; a new one does not wait for those of the others."""
        covered = {program for _node, trials in self._asked.values() for program in trials}
        with self._lock:
            wanted: dict[str, dict[str, Seen]] = defaultdict(dict)
            for program, each in self._known.items():
                if each.exit is None and not each.fetching and program not in covered:
                    wanted[each.handle.node][str(each.handle)] = each.seen
        busy = Counter(node for node, _trials in self._asked.values())
        for node, seen in wanted.items():
            if busy[node] >= _MOST_OPEN or time.monotonic() < self._not_before.get(node, 0.0):
                continue
            try:
                self._asked[self._agents.on(node).look.remote(seen, _WAIT_S)] = (
                    node,
                    {Handle.of(text_).program for text_ in seen},
                )
            except BayesdeskError as error:
                self._is_away(node, error)

    def _hear(self) -> None:
        from ray import exceptions

        if not self._asked:
            self._ending.wait(_PAUSE_S)
            return
        ray = self._agents.ray
        ready, _open = ray.wait(list(self._asked), num_returns=1, timeout=_PAUSE_S)
        for each in ready:
            node, _trials = self._asked.pop(each)
            try:
                told: dict[str, News] = ray.get(each, timeout=ANSWER_S)
            except exceptions.RayError as error:
                self._is_away(node, error)
                self._agents.forget(node)
            else:
                self._away.pop(node, None)
                for text_, news in told.items():
                    self._take(Handle.of(text_), news)

    def _take(self, handle: Handle, news: News) -> None:
        with self._lock:
            known = self._known.get(handle.program)
        if known is None:
            return
        _append(known.folder, known.seen, news)
        known.seen = news.seen
        if news.exit is not None:
            known.fetching = True
            self._pool.submit(self._end, known, news.exit)
        self._changed()

    def _end(self, known: _Mirrored, exit_: Exit) -> None:
        try:
            if exit_.code is not None:  # else there is nothing that anybody knows of
                self._fetch(known.handle, known.folder)
        except RunnerSilentError:
            known.fetching = False  # the node is asked for its news again, which are the same
            return
        except BayesdeskError as error:
            _log.error("the output of %s stays on its node: %s", known.handle, error)
        except Exception:
            _log.exception("the output of %s stays on its node", known.handle)
        known.exit = exit_
        self._changed()

    def _is_away(self, node: str, error: Exception) -> None:
        """Wait for a node; past our patience its trials are gone."""
        since = self._away.setdefault(node, time.monotonic())
        self._not_before[node] = time.monotonic() + _AGAIN_S
        if time.monotonic() - since < self._patience:
            return
        _log.warning("the node %s is given up: %s", node, error)
        with self._lock:
            for each in self._known.values():
                if each.handle.node == node and each.exit is None and not each.fetching:
                    each.exit = Exit(None, gone_with=node)
        self._away.pop(node, None)
        self._changed()


def _seen(folder: TrialFolder) -> Seen:
    """What is here already: of the spool by its size, for each of its bytes counts once."""
    spool = folder.spool / "points.jsonl"
    size = spool.stat().st_size if spool.exists() else 0
    try:
        log = json.loads((folder.root / _SEEN).read_text(encoding="ascii"))
        return Seen(size, log["log"], log["log_file"])
    except (OSError, ValueError, KeyError):
        return Seen(size)


def _append(folder: TrialFolder, seen: Seen, news: News) -> None:
    if news.spool:
        write_at(folder.spool / "points.jsonl", seen.spool, news.spool)
    if news.log:
        log = BoundedLog(str(folder.log))
        log.write(news.log)
        log.close()
        place = {"log": news.seen.log, "log_file": news.seen.log_file}
        replace(folder.root / _SEEN, json.dumps(place).encode())
