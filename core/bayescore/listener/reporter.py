"""Who may report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bayescore.store import Trial


class Reporting(Protocol):
    """Something that may report: the last part of its address, and the token that proves who it is."""

    @property
    def address(self) -> str:
        """As it stands in the URL behind ``/trials/``."""
        ...

    @property
    def token(self) -> str:
        """Sent with each report."""
        ...


@dataclass(frozen=True)
class Reporter:
    """A trial that may report, and what is expected of it."""

    trial: Trial
    job_seq: int
    metric: str
    side_metrics: tuple[str, ...]
    spool: Path

    @property
    def address(self) -> str:
        """See :class:`Reporting`."""
        return str(self.trial.id)

    @property
    def token(self) -> str:
        """See :class:`Reporting`."""
        return self.trial.token
