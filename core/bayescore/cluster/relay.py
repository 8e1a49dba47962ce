"""What the listener of a node does with reports: it writes them into the spool, where the head finds them.

A spool is what an injected client writes when no listener answers; the head reads both the same
way and remembers how far it has come, so that each report counts once and in order.
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
    """Appends each report to its trial's spool; see :class:`bayescore.listener.Takes`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unkept: set[str] = set()

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing waits."""

    def submit(self, reporter: Relayed, report: Report | None) -> Future[None]:
        """Append; the bytes are with the operating system when the future has ended."""
        done: Future[None] = Future()
        try:
            if report is not None and report != Report():  # an empty one is a bell
                self._append(reporter.spool, as_line(report))
        except OSError as error:
            self._unkept.add(reporter.token)
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
            if (file.write(line) or 0) < len(line):  # a full disk: half a line would be garbage
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def has_unkept(self, reporter: Relayed) -> bool:
        """Whether a report of this trial could not be written."""
        return reporter.token in self._unkept

    def note_refusal(self, reporter: Relayed, reason: Text) -> None:
        """The agent's log has it."""
        _log.warning("%s: a report was refused: %s", reporter.address, reason)


@dataclass(frozen=True)
class PortFile:
    """A port that is remembered in a file; see :class:`bayescore.listener.PortMemory`.

    Attributes
    ----------
    renew_tokens
        Gives every trial of this node a new token.
    """

    file: Path
    renew_tokens: Callable[[], None]

    def recall(self) -> int | None:
        """See :class:`bayescore.listener.PortMemory`."""
        try:
            return int(self.file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def remember(self, port: int) -> None:
        """See :class:`bayescore.listener.PortMemory`."""
        replace(self.file, str(port).encode())

    def has_lost(self, port: int) -> None:
        """See :class:`bayescore.listener.PortMemory`."""
        _log.warning("another program took the port %s: trials that run report by their files", port)
        self.renew_tokens()
