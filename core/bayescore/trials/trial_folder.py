"""Creates the folder of a trial's attempt."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from bayescore.errors import RunnerError
from bayescore.files import create, reason_of, remove_tree
from bayescore.files.copying import copy_tree
from bayescore.files.tree import Cursor, walk
from bayescore.i18n import text
from bayescore.store import InPlace
from bayescore.store.data_folder import READY_MARKER
from bayescore.trials.launch import Content, TrialFolder
from bayescore.trials.parameters import FILE_NAME, as_json


def make(root: Path, content: Content) -> TrialFolder:
    """Create the folder of an attempt, unless it is complete already.

    Parameters
    ----------
    root
        ``…/trials/003``; the folder of an earlier attempt is renamed to ``003.1``.

    Raises
    ------
    RunnerError
        If it cannot be written.
    """

    def fill(output: Path) -> None:
        if content.extra is not None:
            copy_tree(content.extra, output)
        copy_tree(content.snapshot, output)
        with Cursor(output) as cursor:
            with cursor.create(FILE_NAME, 0o644) as file:
                file.write(as_json(content.parameters).encode("utf-8"))
            for each in content.in_place:
                _put_in_place(each, cursor, is_mounted=content.is_mounted)

    return _made(root, content, fill)


def _put_in_place(each: InPlace, cursor: Cursor, *, is_mounted: bool) -> None:
    """Create a link to what is used in place, or what it is mounted over."""
    *above, name = each.path.split("/")
    cursor.go(tuple(above), make=True)
    if not is_mounted:
        cursor.link(name, each.source)
    elif each.is_folder:
        cursor.clear(name)
        cursor.make_folder(name)
    else:
        cursor.create(name).close()


def _made(root: Path, content: Content, fill: Callable[[Path], None]) -> TrialFolder:
    folder = TrialFolder(root)
    if is_made(root, content.attempt):
        return folder
    try:
        _set_aside(root, content.attempt)
        if not (content.resumes and _take_over(folder, content.attempt)):
            remove_tree(root)
            for path in (folder.output, folder.home, folder.spool):
                path.mkdir(parents=True)
            fill(folder.output)
        create(_mark(root, content.attempt)).close()
    except OSError as error:
        reason = text("{file}: {reason}", file=error.filename or root, reason=reason_of(error))
        raise RunnerError(
            text("The folder {folder} cannot be written: {reason}.", folder=root, reason=reason),
            text("Check the disk's free space and the folder's permissions."),
        ) from None
    return folder


def _take_over(folder: TrialFolder, attempt: int) -> bool:
    """Move the output and the home folder of the attempt before into a new folder; whether they are there.

    Interrupted at any point, it is repeated without loss.
    """
    before = TrialFolder(folder.root.with_name(f"{folder.root.name}.{attempt - 1}"))
    moves = [(before.output, folder.output), (before.home, folder.home)]
    if not all(_is_folder(source) or _is_folder(target) for source, target in moves):
        return False
    folder.root.mkdir(exist_ok=True)
    for source, target in moves:
        if _is_folder(source):
            source.replace(target)
    folder.spool.mkdir(exist_ok=True)
    return True


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def make_empty(root: Path, content: Content) -> TrialFolder:
    """Create the empty folder of an attempt that runs on another machine; its files are copied here later.

    Raises
    ------
    RunnerError
        If it cannot be written.
    """
    return _made(root, content, lambda _output: None)


def is_made(root: Path, attempt: int) -> bool:
    """Whether the folder is complete and belongs to this attempt: only then can its program exist.

    Its parts are mounted into containers, so none of them may be a link.
    """
    folder = TrialFolder(root)
    try:
        parts = [path.lstat().st_mode for path in (root, folder.output, folder.home, folder.spool)]
        return all(stat.S_ISDIR(mode) for mode in parts) and _mark(root, attempt).exists()
    except OSError:
        return False


def is_of_another(root: Path, attempt: int) -> bool:
    """Whether the folder is complete and belongs to another attempt."""
    return not is_made(root, attempt) and any(root.glob(f"{READY_MARKER}-*"))


def is_touched(root: Path, attempt: int) -> bool:
    """Whether a file in a complete folder is newer than the folder: only its program can have written it."""
    made = _mark(root, attempt).stat().st_mtime_ns
    folder = TrialFolder(root)
    for place in (folder.output, folder.home, folder.spool):
        if place.lstat().st_mtime_ns > made:
            return True
        with Cursor(place) as cursor:
            entries = walk(cursor, unreadable=lambda _entry, _error: None)
            if any(entry.status.st_mtime_ns > made for entry in entries):
                return True
    return False


def _mark(root: Path, attempt: int) -> Path:
    return root / f"{READY_MARKER}-{attempt}"


def _set_aside(root: Path, attempt: int) -> None:
    earlier = next(iter(root.glob(f"{READY_MARKER}-*")), None) if root.exists() else None
    if earlier is not None and attempt > 1:
        number = earlier.name.rpartition("-")[2]
        root.replace(root.with_name(f"{root.name}.{number}"))
