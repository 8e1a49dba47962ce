"""Everything that a runner needs to start one trial, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bayescore.store import Input


@dataclass(frozen=True)
class TrialFolder:
    """Paths of one attempt of a trial on this machine."""

    root: Path

    @property
    def output(self) -> Path:
        """The working directory, which is the trial's output too."""
        return self.root / "output"

    @property
    def home(self) -> Path:
        """The program's home folder: caches and settings of libraries."""
        return self.root / "home"

    @property
    def spool(self) -> Path:
        """Where the injected client keeps points that it could not send."""
        return self.root / "spool"

    @property
    def log(self) -> Path:
        """What the program printed; its older half is beside it with ``.1`` behind its name."""
        return self.root / "log.txt"


@dataclass(frozen=True)
class Limits:
    """What one trial may use; bytes, CPUs, seconds, processes and threads."""

    cpus: float | None = None
    memory: int | None = None
    shm_size: int | None = None
    seconds: float | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Content:
    """What the folder of an attempt begins with.

    Attributes
    ----------
    snapshot
        The job's copy of the project.
    extra
        A folder whose content the output begins with: data bound to ``/output``.
    """

    attempt: int
    snapshot: Path
    parameters: Mapping[str, Any]
    extra: Path | None = None


def reporting(host: str, port: int, address: str, token: str) -> dict[str, str]:
    """Variables that tell a program where it reports, in the names of both generations of the client."""
    url = f"http://{host}:{port}/trials/{address}"
    return {
        "OPENBAYES_JOB_URL": url,
        "OPENBAYES_TOKEN": token,
        "JOB_UPDATE_URL": url,
        "JOB_ACCESS_TOKEN": token,
    }


@dataclass(frozen=True)
class Launch:
    """One attempt of one trial, ready to start.

    Attributes
    ----------
    name
        Unique in the data folder: job, number and attempt.
    environment
        Variables that may be seen by everyone.
    secrets
        Variables that must not be written anywhere.
    gpus
        UUIDs; empty for none.
    outputs
        Of a trial on another machine, what comes back: ``all``, ``none``, or a pattern of names.
    """

    name: str
    job: str
    number: int
    folder: TrialFolder
    content: Content
    command: str
    environment: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    inputs: tuple[Input, ...] = ()
    gpus: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    image: str | None = None
    python: str | None = None
    inject_client: bool = True
    outputs: str = "all"
