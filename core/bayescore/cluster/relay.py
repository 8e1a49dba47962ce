"""Stores the reports that a node's listener receives in the trial's spool file, which the head copies.

The injected client appends to the same file. The head reads it by offset, so that each report counts once
and in order.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import BayesdeskError
from bayescore.files import append_to, replace
from bayescore.i18n import Text, text
from bayescore.listener import Report, as_line

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relayed:
    """A trial of this node that may report."""

    address: str
    token: str
    spool: Path


class SpoolIntake:
    """Appends each report to its trial's spool; see :class:`bayescore.listener.ReportSink`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost: set[str] = set()

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing is pending."""

    def submit(self, reporter: Relayed, report: Report | None) -> Future[None]:
        """Append; the bytes are with the operating system once the future completes."""
        done: Future[None] = Future()
        try:
            if report is not None and report != Report():  # an empty report is only a notification
                self._append(reporter.spool, as_line(report))
        except OSError as error:
            self._lost.add(reporter.token)
            done.set_exception(
                BayesdeskError(
                    text(
                        "The spool {file} cannot be written: {reason}", file=reporter.spool, reason=str(error)
                    )
                )
            )
        else:
            done.set_result(None)
        return done

    def _append(self, spool: Path, line: bytes) -> None:
        with self._lock, append_to(spool) as file:
            before = os.fstat(file.fileno()).st_size
            if (file.write(line) or 0) < len(line):  # a full disk: remove the partial line
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def has_lost_reports(self, reporter: Relayed) -> bool:
        """Whether a report of this trial could not be written."""
        return reporter.token in self._lost

    def record_refusal(self, reporter: Relayed, reason: Text) -> None:
        """Log it: the agent has no store."""
        _log.warning("%s: a report was refused: %s", reporter.address, reason)


@dataclass(frozen=True)
class PortFile:
    """A port stored in a file; see :class:`bayescore.listener.PortStore`.

    Attributes
    ----------
    renew_tokens
        Replaces the tokens of all trials of this node.
    """

    file: Path
    renew_tokens: Callable[[], None]

    def load(self) -> int | None:
        """See :class:`bayescore.listener.PortStore`."""
        try:
            return int(self.file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def save(self, port: int) -> None:
        """See :class:`bayescore.listener.PortStore`."""
        replace(self.file, str(port).encode())

    def on_port_taken(self, port: int) -> None:
        """See :class:`bayescore.listener.PortStore`."""
        _log.warning("another program took the port %s: running trials report by their files", port)
        self.renew_tokens()
