"""Everything that a runner needs to start one trial, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bayescore.config import CommandShell, MetricSource
from bayescore.store import InPlace, Input


@dataclass(frozen=True)
class TrialFolder:
    """Paths of one attempt of a trial on this machine."""

    root: Path

    @property
    def output(self) -> Path:
        """The working directory, which is also the trial's output."""
        return self.root / "output"

    @property
    def home(self) -> Path:
        """The program's home folder: caches and settings of libraries."""
        return self.root / "home"

    @property
    def spool(self) -> Path:
        """Where the injected client writes points that it could not send."""
        return self.root / "spool"

    @property
    def log(self) -> Path:
        """What the program printed. The older half is in a file beside it whose name ends in ``.1``."""
        return self.root / "log.txt"


@dataclass(frozen=True)
class Limits:
    """Limits of one trial, in CPUs, bytes, seconds, and numbers of processes and threads."""

    cpus: float | None = None
    memory: int | None = None
    shm_size: int | None = None
    seconds: float | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Content:
    """The initial content of an attempt's folder.

    Attributes
    ----------
    snapshot
        The job's copy of the project.
    extra
        A folder that is copied into the output: the data bound to ``/output``.
    in_place
        What the output contains without a copy.
    is_mounted
        Whether a container mounts it over empty files and folders; otherwise they are links.
    resumes
        Whether the output and the home folder are those of the attempt before, which a pause has ended.
    """

    attempt: int
    snapshot: Path
    parameters: Mapping[str, Any]
    extra: Path | None = None
    in_place: tuple[InPlace, ...] = ()
    is_mounted: bool = False
    resumes: bool = False


def reporting(host: str, port: int, address: str, token: str) -> dict[str, str]:
    """Environment variables with the address to report to, as both versions of the client read them."""
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
        Environment variables that anyone may see.
    secrets
        Environment variables that must not be written anywhere.
    gpus
        UUIDs; empty for none.
    outputs
        Which outputs of a trial on another machine are copied back: ``all``, ``none``, or a pattern of names.
    python
        Path of the interpreter, or ``conda:PATH`` of an environment that is activated first.
    shell
        What runs the command.
    metrics, wanted
        Where metrics of a trial on another machine are read, and those that its job asks for.
    ports
        Ports of this machine at which the processes of the trial may meet.
    threads
        Threads that its numerical libraries should use.
    inherited
        Environment of whoever started the job, for a process; ``None`` for that of the engine.
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
    shell: CommandShell = CommandShell.SH
    inject_client: bool = True
    outputs: str = "all"
    metrics: tuple[MetricSource, ...] = ()
    wanted: tuple[str, ...] = ()
    ports: range = range(29500, 29501)
    threads: int = 1
    inherited: Mapping[str, str] | None = field(default=None, repr=False)
