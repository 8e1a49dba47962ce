"""Metrics that an agent reads of the trials on its node; what it finds is appended to their spools."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import TypeAdapter

from bayescore.config import MetricSource
from bayescore.metrics import Collector, Looks, Watched
from bayescore.metrics.summary import summary_bytes
from bayescore.trials import Launch, TrialFolder

_LOOKS = 4  # at the same time
_SOURCES: TypeAdapter[tuple[MetricSource, ...]] = TypeAdapter(tuple[MetricSource, ...])
_NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])


class NodeMetrics:
    """The sources of all trials of a node.

    Parameters
    ----------
    known
        What is stored of a trial; see :func:`stored`.
    snapshot
        Folder of the project by its digest.
    changed
        Called after a look that has found something.
    """

    def __init__(
        self,
        known: Callable[[TrialFolder], Mapping[str, str]],
        snapshot: Callable[[str], Path],
        changed: Callable[[], None],
    ) -> None:
        self._known = known
        self._snapshot = snapshot
        self._changed = changed
        self._threads = ThreadPoolExecutor(_LOOKS, thread_name_prefix="look")
        self._looks: dict[Path, Looks | None] = {}
        self._lock = threading.Lock()

    def tick(self, folder: TrialFolder) -> None:
        """Begin a look at a trial that runs, if it is time for one."""
        if (looks := self._of(folder)) is not None:
            looks.tick()

    def finish(self, folder: TrialFolder) -> bool:
        """Whether everything of a program that has ended was read."""
        looks = self._of(folder)
        return looks is None or looks.finish()

    def forget(self, folder: TrialFolder) -> None:
        """Read no more of a trial."""
        with self._lock:
            self._looks.pop(folder.root, None)

    def _of(self, folder: TrialFolder) -> Looks | None:
        with self._lock:
            if folder.root not in self._looks and "metrics" in (known := self._known(folder)):
                self._looks[folder.root] = self._make(folder, known)
            return self._looks.get(folder.root)

    def _make(self, folder: TrialFolder, known: Mapping[str, str]) -> Looks | None:
        sources = _SOURCES.validate_json(known["metrics"])
        if not sources:
            return None
        snapshot = self._snapshot(known["digest"])
        watched = Watched(sources, _NAMES.validate_json(known["wanted"]), folder, (snapshot,))
        return Looks(Collector(watched), self._threads.submit, self._changed, self._changed)


def stored(launch: Launch, digest: str) -> dict[str, str]:
    """What is stored of a launch and of its project's digest, so that another agent reads on."""
    return {
        "digest": digest,
        "metrics": _SOURCES.dump_json(launch.metrics).decode(),
        "wanted": _NAMES.dump_json(launch.wanted).decode(),
    }


def new_summary(folder: TrialFolder, digest: str) -> tuple[bytes, str]:
    """The summary of a trial and its digest; empty if the head has this one."""
    content = summary_bytes(folder.root)
    now = hashlib.blake2b(content, digest_size=8).hexdigest() if content else ""
    return (b"", digest) if now == digest else (content, now)
