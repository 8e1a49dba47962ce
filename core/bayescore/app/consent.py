"""The permissions that the user has confirmed, in a file of the data folder.

They are not in the store: a backup contains the store, and it may be another user's.
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
from bayescore.app.permissions import Permission, copy_of, listed, permissions_of
from bayescore.app.prepare import Prepared
from bayescore.errors import ConfigError, StoreError
from bayescore.files.links import real
from bayescore.i18n import Text, text
from bayescore.store import DataFolder, Job

_FILE = "confirmed.json"
_LOCK = "confirmed.lock"
_MOST_BYTES = 8 * 2**20
_MOST_PROJECTS = 1000
_MOST_JOBS = 2000  # older jobs need a new confirmation when they are continued

T = TypeVar("T")


class UnconfirmedError(ConfigError):
    """A job needs permissions that nobody has confirmed.

    Parameters
    ----------
    job
        Id of a stored job; ``None`` for one that is being submitted.
    """

    def __init__(self, permissions: Collection[Permission], job: str | None = None) -> None:
        super().__init__(
            text("{heading}:\n{list}", heading=heading(job), list=listed(permissions)),
            text("If you trust it, repeat the command with --yes. The answer is remembered."),
        )
        self.permissions, self.job = tuple(permissions), job

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.permissions, self.job)


def heading(job: str | None) -> Text:
    """The heading above the list: for a project, or for a stored job that was not started here."""
    if job is None:
        return text("This project asks for access to your machine")
    return text("Job {id} was not started here. It asks for access to your machine", id=job)


@dataclass
class _Confirmed:
    """Permission lines by real project folder, and a digest for each job that was started here."""

    projects: dict[str, list[str]] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)


def check(needed: Collection[Permission], confirmed: Collection[Permission], job: str | None = None) -> None:
    """Check that every permission that is needed has just been confirmed.

    Raises
    ------
    UnconfirmedError
        When one has not.
    """
    allowed = {line for permission in confirmed for line in permission.lines}
    if any(not permission.lines <= allowed for permission in needed):
        raise UnconfirmedError(needed, job)


def unconfirmed(folder: DataFolder, prepared: Prepared) -> tuple[Permission, ...]:
    """What a project needs and nobody has confirmed; empty when it needs no more than before."""
    if prepared.submission is None:
        return ()
    known = _read(folder).projects.get(real(prepared.submission.project), [])
    if all(p.lines.issubset(known) for p in prepared.permissions):
        return ()
    return tuple(p for p in prepared.permissions if not p.lines or not p.lines.issubset(known))


def unconfirmed_of_job(folder: DataFolder, job: Job) -> tuple[Permission, ...]:
    """What a stored job needs to continue; empty if it was started or confirmed here.

    A job from a backup may name any folder as its project, so all of its folders need a permission.
    """
    if _read(folder).jobs.get(job.id) == _digest(job):
        return ()
    copied = () if folder.snapshot(job.id).exists() else (copy_of(job.submission.project),)
    return (*permissions_of(job.submission, None), *copied)


def remember(folder: DataFolder, prepared: Prepared, confirmed: Collection[Permission]) -> None:
    """Store what was confirmed for a project.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    if not confirmed or prepared.submission is None:
        return
    place = real(prepared.submission.project)
    with _changing(folder) as known:
        lines = set(known.projects.pop(place, ())).union(*(permission.lines for permission in confirmed))
        known.projects[place] = sorted(lines)  # the newest is last


def remember_job(folder: DataFolder, job: Job) -> None:
    """Store that a job was started or confirmed here; see :func:`remember` for the errors."""
    with _changing(folder) as known:
        known.jobs.pop(job.id, None)
        known.jobs[job.id] = _digest(job)


def forget_jobs(folder: DataFolder) -> None:
    """Require a new confirmation for every stored job; see :func:`remember` for the errors."""
    with _changing(folder) as known:
        known.jobs.clear()


@contextmanager
def _changing(folder: DataFolder) -> Iterator[_Confirmed]:
    """The content of the file, written back on exit; one process at a time."""
    with FileLock(str(folder.root / _LOCK), mode=0o600):
        known = _read(folder)
        yield known
        _write(folder, known)


def _read(folder: DataFolder) -> _Confirmed:
    """The content of the file; empty if it is damaged or writable by other accounts."""
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
            text(
                "Your confirmation cannot be stored in {file}: {reason}",
                file=file,
                reason=files.reason_of(error),
            )
        ) from error


def _newest(entries: dict[str, T], most: int) -> dict[str, T]:
    return dict(list(entries.items())[-most:])


def _digest(job: Job) -> str:
    lines = sorted(line for p in permissions_of(job.submission, None) for line in p.lines)
    return hashlib.sha256(
        json.dumps([job.submission.project, job.config.command, *lines]).encode()
    ).hexdigest()
