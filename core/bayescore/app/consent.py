"""What the user has confirmed, kept in a file of the data folder.

Not in the store: a backup carries the store, and what came with a backup was confirmed by somebody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from filelock import FileLock

from bayescore import files
from bayescore.app.prepare import Prepared
from bayescore.app.reach import Reach, copy_of, listed, reach_of
from bayescore.errors import ConfigError, StoreError
from bayescore.files.links import real
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, Job

_FILE = "confirmed.json"
_LOCK = "confirmed.lock"
_MOST_BYTES = 8 * 2**20
_MOST_PROJECTS = 1000
_MOST_JOBS = 2000  # older ones ask again when they are continued

T = TypeVar("T")


class UnconfirmedError(ConfigError):
    """A job reaches what nobody has confirmed.

    Parameters
    ----------
    reaches
        What it reaches.
    job
        Id of a stored job; ``None`` for one that is being started.
    """

    def __init__(self, reaches: Collection[Reach], job: str | None = None) -> None:
        super().__init__(
            text("{heading}:\n{list}", heading=heading(job), list=listed(reaches)),
            text("If you trust it, repeat the command with --yes; it is asked once."),
        )
        self.reaches, self.job = tuple(reaches), job

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reaches, self.job)


def heading(job: str | None) -> Text:
    """What stands above the list: of a project, or of a stored job that was not started here."""
    if job is None:
        return text("This project asks for access to your machine")
    return text("Job {id} was not started here. It asks for access to your machine", id=job)


@dataclass
class _Confirmed:
    """Lines for each project's real folder, and a digest for each job that was started here."""

    projects: dict[str, list[str]] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)


def asked_by(folder: DataFolder, prepared: Prepared) -> tuple[Reach, ...]:
    """What a project asks for and nobody has confirmed; a project that asks for less is not asked about."""
    if prepared.submission is None:
        return ()
    known = _read(folder).projects.get(real(prepared.submission.project), [])
    if all(each.lines.issubset(known) for each in prepared.asks):
        return ()
    return tuple(each for each in prepared.asks if not each.lines or not each.lines.issubset(known))


def asked_by_job(folder: DataFolder, job: Job) -> tuple[Reach, ...]:
    """What a stored job asks for when it is to go on: nothing, if it was started or confirmed here.

    A job of a backup may name any folder as its project, so all of its folders count.
    """
    if _read(folder).jobs.get(job.id) == _digest(job):
        return ()
    copied = () if folder.snapshot(job.id).exists() else (copy_of(job.submission.project),)
    return (*reach_of(job.submission, None), *copied)


def remember(folder: DataFolder, prepared: Prepared, confirmed: Collection[Reach]) -> None:
    """Keep what was confirmed for a project.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    if not confirmed or prepared.submission is None:
        return
    place = real(prepared.submission.project)
    with _changing(folder) as known:
        lines = set(known.projects.pop(place, ())).union(*(each.lines for each in confirmed))
        known.projects[place] = sorted(lines)  # behind the others: the newest


def remember_job(folder: DataFolder, job: Job) -> None:
    """Keep that a job was started or confirmed here; see :func:`remember` for the errors."""
    with _changing(folder) as known:
        known.jobs.pop(job.id, None)
        known.jobs[job.id] = _digest(job)


def forget_jobs(folder: DataFolder) -> None:
    """Let every stored job ask again, as after a restore; see :func:`remember` for the errors."""
    with _changing(folder) as known:
        known.jobs.clear()


@contextmanager
def _changing(folder: DataFolder) -> Iterator[_Confirmed]:
    """What is confirmed, to be changed and written back, by one process at a time."""
    with FileLock(str(folder.root / _LOCK), mode=0o600):
        known = _read(folder)
        yield known
        _write(folder, known)


def _read(folder: DataFolder) -> _Confirmed:
    """What is confirmed: nothing, where the file is damaged or others could have written it."""
    try:
        found = json.loads(files.read_private(folder.root / _FILE, _MOST_BYTES))
        return _Confirmed(
            {str(place): [str(line) for line in lines] for place, lines in found["projects"].items()},
            {str(job): str(digest) for job, digest in found["jobs"].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _Confirmed()


def _write(folder: DataFolder, known: _Confirmed) -> None:
    content = {"projects": _newest(known.projects, _MOST_PROJECTS), "jobs": _newest(known.jobs, _MOST_JOBS)}
    file = folder.root / _FILE
    try:
        files.replace(file, json.dumps(content, indent=1).encode("ascii"), 0o600)
    except OSError as error:
        raise StoreError(
            text("What you confirmed cannot be kept in {file}: {reason}", file=file, reason=error.strerror)
        ) from error


def _newest(entries: dict[str, T], most: int) -> dict[str, T]:
    return dict(list(entries.items())[-most:])


def _digest(job: Job) -> str:
    lines = sorted(line for each in reach_of(job.submission, None) for line in each.lines)
    return hashlib.sha256(
        json.dumps([job.submission.project, job.config.command, *lines]).encode()
    ).hexdigest()
