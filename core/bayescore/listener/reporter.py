"""Trials that may report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bayescore.store import Trial


class ReporterIdentity(Protocol):
    """Something that may report: the last part of its URL, and the token that authenticates it."""

    @property
    def address(self) -> str:
        """Its name in the URL, after ``/trials/``."""
        ...

    @property
    def token(self) -> str:
        """The bearer token of its requests."""
        ...


@dataclass(frozen=True)
class Reporter:
    """A trial that may report, and the metrics that its job expects."""

    trial: Trial
    job_seq: int
    metric: str
    side_metrics: tuple[str, ...]
    spool: Path

    @property
    def address(self) -> str:
        """See :class:`ReporterIdentity`."""
        return str(self.trial.id)

    @property
    def token(self) -> str:
        """See :class:`ReporterIdentity`."""
        return self.trial.token
