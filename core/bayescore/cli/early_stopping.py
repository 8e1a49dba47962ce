"""``bayesdesk show --early-stopping``: what early stopping would have saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bayescore.i18n import _
from bayescore.store import Database, Job

if TYPE_CHECKING:
    from bayescore.results.replay_report import ReplayReport

_SHOWN_AFTER_S = 1.0


def replayed(database: Database, job: Job) -> ReplayReport:
    """Replay a job; on a terminal the progress is shown once that takes a second."""
    from bayescore.results.early_stop_replay import ReplayWatcher  # the search is slow to import
    from bayescore.results.replay_report import replay_report

    with _progress() as show:
        report = replay_report(database, job, ReplayWatcher(show))
    assert report is not None  # nothing cancels it: Ctrl-C raises
    return report


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    began = time.monotonic()
    is_shown = False

    def show(done: int, total: int) -> None:
        nonlocal is_shown
        if sys.stderr.isatty() and time.monotonic() - began > _SHOWN_AFTER_S:
            is_shown = True
            sys.stderr.write("\r" + _("Replaying the job: {percent:.0f}%", percent=100 * done / total))
            sys.stderr.flush()

    try:
        yield show
    finally:
        if is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
