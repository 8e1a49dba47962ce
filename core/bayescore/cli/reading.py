"""Reading a project's folders in a terminal: with the progress of a large one, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bayescore.i18n import _
from bayescore.trials.project_scan import Watcher

_SHOWN_AFTER_S = 1.0


@contextmanager
def reading() -> Iterator[Watcher]:
    """What follows the reading; on a terminal it shows the number of files once that takes a second."""
    began = time.monotonic()
    is_shown = False

    def show(count: int) -> None:
        nonlocal is_shown
        if sys.stderr.isatty() and time.monotonic() - began > _SHOWN_AFTER_S:
            is_shown = True
            sys.stderr.write("\r" + _("Reading the project: {count} files and folders", count=f"{count:,}"))
            sys.stderr.flush()

    try:
        yield Watcher(show)
    finally:
        if is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
