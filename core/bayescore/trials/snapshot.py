"""Copies the code of a project once per job; trials get copies of this snapshot.

A copy shares blocks (reflinks) if the file system supports it. With hard links a program that writes
in place would change the files of other trials.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.errors import RunnerError
from bayescore.files import reason_of, remove_tree
from bayescore.files.copying import copy_entry
from bayescore.files.tree import Cursor, Entry, walk
from bayescore.i18n import text
from bayescore.store import Uncopied
from bayescore.trials.ignoring import Ignored
from bayescore.trials.project_scan import BUILT_IN, StoppedError

_SPARE_BYTES = 64 * 2**20  # disk space that a copy must leave


@dataclass(frozen=True)
class Snapshot:
    """What was copied, and what the user should know was not.

    Attributes
    ----------
    outside
        Symbolic links that point outside the project and are not used in place.
    special
        Sockets, pipes and devices.
    """

    files: int
    size: int
    outside: tuple[str, ...]
    special: tuple[str, ...]


def take(
    project: Path,
    target: Path,
    *,
    uncopied: Uncopied | None = None,
    leave_out: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Snapshot:
    """Copy a project without its ignored files into ``target``, which is created atomically.

    Parameters
    ----------
    uncopied
        What is not copied, of a scan of the project.
    leave_out
        A folder that is not copied even if it is in the project: the data folder.
    cancelled
        Called for each file; the copy stops when it returns true.

    Raises
    ------
    StoppedError
        If ``cancelled`` returned true.
    RunnerError
        If the project cannot be read, or the disk has too little space.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        remove_tree(partial)  # left by an engine that was killed
        uncopied = uncopied or Uncopied()
        skipped = {*(each.path for each in uncopied.in_place), *uncopied.outputs}
        found = _scan(project, leave_out, BUILT_IN, cancelled, skipped)
        partial.mkdir(parents=True)
        _check_room(project, partial, found.size)
        _copy(project, partial, found, cancelled)
        partial.rename(target)
    except OSError as error:
        raise RunnerError(
            text(
                "The project cannot be copied: {file}: {reason}.",
                file=error.filename or project,
                reason=reason_of(error),
            ),
            text("Make it readable, or list it in .openbayesignore."),
        ) from None
    finally:
        remove_tree(partial)
    return found.summary


def listing(project: Path, *, left_out: Sequence[str]) -> Snapshot:
    """What a copy of a project would contain, with other built-in patterns. Nothing is copied.

    Raises
    ------
    RunnerError
        When the project cannot be read.
    """
    try:
        return _scan(project, None, left_out, lambda: False).summary
    except OSError as error:
        raise RunnerError(
            text(
                "The project cannot be read: {file}: {reason}.",
                file=error.filename or project,
                reason=reason_of(error),
            )
        ) from None


@dataclass
class _Found:
    """Entries to copy, a link with its target in the copy."""

    entries: list[tuple[Entry, str | None]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    special: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0

    @property
    def summary(self) -> Snapshot:
        return Snapshot(self.files, self.size, tuple(self.outside), tuple(self.special))


def _scan(
    project: Path,
    leave_out: Path | None,
    built_in: Sequence[str],
    cancelled: Callable[[], bool],
    skipped: Set[str] = frozenset(),
) -> _Found:
    ignored = Ignored(project, built_in)
    real = project.resolve()
    excluded = leave_out.resolve() if leave_out is not None else None
    found = _Found()

    def enter(entry: Entry) -> bool:
        if cancelled():
            raise StoppedError(text("The copy of the project was stopped."))
        if entry.path in skipped:
            return False
        if excluded is not None and real / entry.path == excluded:
            return False
        return not ignored.match(entry.path, is_folder=entry.is_folder)

    with Cursor(real) as cursor:
        for entry in walk(cursor, enter):
            if entry.is_link:
                target = _inside(real, entry)
                if target is None:
                    found.outside.append(entry.path)
                else:
                    found.entries.append((entry, target))
            elif entry.is_folder or entry.is_file:
                found.entries.append((entry, None))
                if entry.is_file:
                    found.files += 1
                    found.size += entry.status.st_size
            else:
                found.special.append(entry.path)
    return found


def _inside(project: Path, link: Entry) -> str | None:
    """Target of a link relative to the link's folder; ``None`` if it is outside the project.

    The resolved target is used: the link's own text may lead through folders outside the project.
    """
    real = Path(os.path.realpath(project / link.path))
    if not real.is_relative_to(project):
        return None
    return os.path.relpath(real, project.joinpath(*link.folder))


def _copy(project: Path, target: Path, found: _Found, cancelled: Callable[[], bool]) -> None:
    with Cursor(project.resolve()) as origin, Cursor(target) as copy:
        for entry, link in found.entries:
            if cancelled():
                raise StoppedError(text("The copy of the project was stopped."))
            copy.go(entry.folder)
            if link is not None:
                copy.link(entry.name, link)
            else:
                origin.go(entry.folder)
                copy_entry(entry, origin, copy)


def _check_room(project: Path, target: Path, size: int) -> None:
    free = shutil.disk_usage(target).free
    if size + _SPARE_BYTES > free:
        raise RunnerError(
            text(
                "The project {project} is {size} MiB large and the disk has {free} MiB left.",
                project=project,
                size=size // 2**20,
                free=free // 2**20,
            ),
            text("List data under “in_place” in openbayes.local.yaml, or free some space."),
        )
