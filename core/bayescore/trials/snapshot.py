"""One copy of the project per job, and copies of that for the trials.

Trials get their own bytes: shared blocks (reflinks) where the file system can, copies
where it cannot.  Hard links would let a program that writes in place change its
siblings.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from bayescore.errors import RunnerError
from bayescore.i18n import text

IGNORE_FILE = ".openbayesignore"
BUILT_IN = (
    ".git",
    ".svn",
    ".hg",
    ".venv",
    "__MACOSX",
    "__pycache__",
    ".ipynb_checkpoints",
    ".DS_Store",
    "Thumbs.db",
    ".openbayesgear",
    ".openbayesdata",
    ".openbayesignore",
    "openbayes.local.yaml",
)
_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file
_SPARE_BYTES = 64 * 2**20  # disk space that a copy must leave


@dataclass(frozen=True)
class Snapshot:
    """What was copied, and what was left out for a reason worth telling.

    Attributes
    ----------
    outside
        Symbolic links that point out of the project.
    special
        Sockets, pipes and devices.
    """

    files: int
    size: int
    outside: tuple[str, ...]
    special: tuple[str, ...]


def take(project: Path, target: Path, *, leave_out: Path | None = None) -> Snapshot:
    """Copy a project, minus what is ignored, into ``target``, which comes into being whole.

    Parameters
    ----------
    leave_out
        A folder that may lie inside the project and is not part of it: the data folder.

    Raises
    ------
    RunnerError
        When the project cannot be read or the disk has no room.
    """
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        found = _scan(project, leave_out)
        _check_room(project, partial, found.size)
        for path in found.paths:
            _copy_entry(project / path, partial / path, project)
        partial.rename(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        name = error.filename or project
        raise RunnerError(
            text(
                "The project cannot be copied: {file}: {reason}.",
                file=name,
                reason=error.strerror or str(error),
            ),
            text("Make it readable, or list it in .openbayesignore."),
        ) from None
    return Snapshot(found.files, found.size, tuple(found.outside), tuple(found.special))


def copy_tree(source: Path, target: Path) -> None:
    """Copy a snapshot into a trial's folder, sharing blocks where possible."""
    shutil.copytree(source, target, symlinks=True, copy_function=_copy_file, dirs_exist_ok=True)


def listing(project: Path, *, left_out: Sequence[str]) -> Snapshot:
    """What a copy of a project would hold, with other names left out than ours; nothing is copied.

    Raises
    ------
    RunnerError
        When the project cannot be read.
    """
    try:
        found = _scan(project, None, left_out)
    except OSError as error:
        raise RunnerError(
            text(
                "The project cannot be read: {file}: {reason}.",
                file=error.filename or project,
                reason=error.strerror or str(error),
            )
        ) from None
    return Snapshot(found.files, found.size, tuple(found.outside), tuple(found.special))


class _Found:
    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.outside: list[str] = []
        self.special: list[str] = []
        self.files = 0
        self.size = 0


def _scan(project: Path, leave_out: Path | None, built_in: Sequence[str] = BUILT_IN) -> _Found:
    ignored = _ignored(project, built_in)
    found = _Found()
    for entry in _walk(project, project, ignored, leave_out):
        path = Path(entry.path).relative_to(project)
        if entry.is_symlink():
            inside = Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(project))
            (found.paths if inside else found.outside).append(path if inside else str(path))  # type: ignore[arg-type]
        elif entry.is_dir() or entry.is_file():
            found.paths.append(path)
            if entry.is_file():
                found.files += 1
                found.size += entry.stat().st_size
        else:
            found.special.append(str(path))
    return found


def _ignored(project: Path, built_in: Sequence[str]) -> GitIgnoreSpec:
    lines = list(built_in)
    file = project / IGNORE_FILE
    if file.is_file():
        lines += file.read_text(encoding="utf-8", errors="replace").splitlines()
    return GitIgnoreSpec.from_lines(lines)


def _walk(
    folder: Path, project: Path, ignored: GitIgnoreSpec, leave_out: Path | None
) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if leave_out is not None and Path(entry.path) == leave_out:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            name = str(Path(entry.path).relative_to(project)) + ("/" if is_folder else "")
            if ignored.match_file(name):
                continue
            yield entry
            if is_folder:
                yield from _walk(Path(entry.path), project, ignored, leave_out)


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
            text("List data and old outputs in .openbayesignore, or free some space."),
        )


def _copy_entry(source: Path, target: Path, project: Path) -> None:
    if source.is_symlink():
        link = source.readlink()
        if link.is_absolute():  # would lead out of the copy
            inside = Path(os.path.realpath(source)).relative_to(os.path.realpath(project))
            link = Path(os.path.relpath(target.parent.joinpath(project, inside), source.parent))
        target.symlink_to(link)
    elif source.is_dir():
        target.mkdir(exist_ok=True)
    else:
        _copy_file(str(source), str(target))


def _copy_file(source: str, target: str) -> str:
    with Path(source).open("rb") as original, Path(target).open("wb") as copy:
        try:
            import fcntl

            fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
        except (OSError, ImportError):  # no such file system, or Windows
            shutil.copyfileobj(original, copy, 1 << 20)
    mode = stat.S_IMODE(Path(source).stat().st_mode) | stat.S_IWUSR | stat.S_IRUSR
    Path(target).chmod(mode)
    shutil.copystat(source, target)
    Path(target).chmod(mode)
    return target
