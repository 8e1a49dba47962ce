"""Walking through folders without following a link, however deep they are."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from bayescore.files.reading import NO_LINK, open_regular
from bayescore.files.removing import BY_DESCRIPTOR, remove_tree
from bayescore.files.writing import create

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0) | NO_LINK
Parts = tuple[str, ...]


class Cursor:
    """A place in a tree of folders, held by a descriptor: what it stands for cannot be exchanged for a link.

    One descriptor is open at a time, so that depth costs none: the way up is ``..``, which must be the
    folder that it was on the way down.  Where the system has no such calls (Windows), paths are used.

    Parameters
    ----------
    root
        A folder that is there; it may not be a link itself.

    Raises
    ------
    OSError
        When the root, or a folder on a way down, is missing, a link or no folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parts: Parts = ()
        self._fd: int | None = None
        self._above: list[tuple[int, int]] = []  # device and number of each folder on the way here
        if BY_DESCRIPTOR:
            self._fd = os.open(root, _FOLDER)
        elif not _is_real_folder(root.lstat()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(root))

    def __enter__(self) -> Cursor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError) and isinstance(error.filename, str | None) and self._fd is not None:
            error.filename = str(self.path(error.filename or ""))
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def path(self, name: str = "") -> Path:
        """Path of the folder, or of something in it, for messages."""
        return self.root.joinpath(*self.parts, name)

    # ---- moving

    def go(self, parts: Parts, *, make: bool = False) -> None:
        """Go to a folder below the root, by the shortest way; with ``make`` folders are made as needed.

        With ``make`` anything else that stands in the place of a folder is removed.
        """
        common = min(len(self.parts), len(parts))
        while self.parts[:common] != parts[:common]:  # compared as a whole: a walk moves by one folder
            common -= 1
        for _ in range(len(self.parts) - common):
            self._up()
        for name in parts[common:]:
            if make:
                self.make_folder(name)
            self._down(name)

    def _down(self, name: str) -> None:
        if self._fd is None:
            if not _is_real_folder(self.status(name)):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
        else:
            below = os.open(name, _FOLDER, dir_fd=self._fd)
            self._above.append(_identity(os.fstat(self._fd)))
            os.close(self._fd)
            self._fd = below
        self.parts = (*self.parts, name)

    def _up(self) -> None:
        if self._fd is not None:
            above = os.open("..", _FOLDER, dir_fd=self._fd)
            if _identity(os.fstat(above)) != self._above[-1]:
                os.close(above)
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), "")  # somebody has moved it meanwhile
            self._above.pop()
            os.close(self._fd)
            self._fd = above
        self.parts = self.parts[:-1]

    # ---- looking

    def names(self) -> list[str]:
        """Names in the folder, sorted."""
        with os.scandir(self.path() if self._fd is None else self._fd) as entries:
            return sorted(entry.name for entry in entries)

    def status(self, name: str) -> os.stat_result:
        """What stands under a name; of a link the link itself."""
        return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)

    def open(self, name: str) -> BinaryIO:
        """Open a regular file for reading; see :func:`open_regular`."""
        return open_regular(self._at(name), follow=False, folder=self._fd)

    def target(self, name: str) -> str:
        """What a link says."""
        return os.readlink(self._at(name), dir_fd=self._fd)

    # ---- changing

    def create(self, name: str, mode: int = 0o600) -> BinaryIO:
        """A new file in the place of whatever stands there."""
        self.clear(name)
        return self.create_first(name, mode)

    def create_first(self, name: str, mode: int = 0o666) -> BinaryIO:
        """A new file under a name that nothing has; see :func:`bayescore.files.create`."""
        return create(self._at(name), mode, folder=self._fd)

    def link(self, name: str, target: str) -> None:
        """A new symbolic link in the place of whatever stands there."""
        self.clear(name)
        os.symlink(target, self._at(name), dir_fd=self._fd)

    def second_name(self, name: str, origin: Cursor, of: str) -> None:
        """Another name, in the place of whatever stands there, for a file in the folder of ``origin``."""
        self.clear(name)
        os.link(
            origin._at(of), self._at(name), src_dir_fd=origin._fd, dst_dir_fd=self._fd, follow_symlinks=False
        )

    def make_folder(self, name: str) -> None:
        """A folder of that name, for this account alone if it is new; what else stands there is removed."""
        with suppress(FileNotFoundError):
            if not _is_real_folder(self.status(name)):
                self.clear(name)
        self.add_folder(name, 0o700)

    def add_folder(self, name: str, mode: int = 0o777) -> None:
        """A folder of that name, where nothing has it."""
        with suppress(FileExistsError):
            os.mkdir(self._at(name), mode, dir_fd=self._fd)

    def clear(self, name: str) -> None:
        """Remove what stands under a name; a link is removed itself, a folder with everything in it."""
        try:
            status = self.status(name)
        except FileNotFoundError:
            return
        if _is_real_folder(status):
            remove_tree(Path(self._at(name)), above=self._fd)
        else:
            os.unlink(self._at(name), dir_fd=self._fd)

    def set_mode(self, mode: int) -> None:
        """Give the folder itself a mode."""
        if self._fd is not None:
            os.fchmod(self._fd, mode)

    def _at(self, name: str) -> str:
        """How a system call is given a name: relative to the descriptor, or as a path."""
        return name if self._fd is not None else str(self.path(name))


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a tree.

    Attributes
    ----------
    folder
        Names of the folders that lead to it from the root.
    status
        Of a link, the link's own.
    """

    folder: Parts
    name: str
    status: os.stat_result

    @property
    def path(self) -> str:
        """From the root, with ``/`` between the names."""
        return "/".join((*self.folder, self.name))

    @property
    def blocks(self) -> int:
        """Bytes that it takes up on its disk: holes count as nothing, what is below a folder neither."""
        return int(getattr(self.status, "st_blocks", self.status.st_size // 512)) * 512

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and no link to one."""
        return _is_real_folder(self.status)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.status.st_mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.status.st_mode)


def walk(
    cursor: Cursor,
    enter: Callable[[Entry], bool] = lambda _entry: True,
    unreadable: Callable[[Entry, OSError], None] | None = None,
) -> Iterator[Entry]:
    """Everything below the cursor's root, a folder before what is in it, in the order of the names.

    While an entry is yielded the cursor is in its folder, so that it can be opened by its name.

    Parameters
    ----------
    enter
        Asked for each entry whether it counts; one that does not is not yielded and not entered.
    unreadable
        Told what cannot be looked into or has gone meanwhile; by default the error is raised.
    """
    waiting: list[tuple[Parts, list[str]]] = [((), cursor.names()[::-1])]
    while waiting:
        folder, names = waiting[-1]
        cursor.go(folder)
        if not names:
            waiting.pop()
            continue
        name = names.pop()
        try:
            entry = Entry(folder, name, cursor.status(name))
        except FileNotFoundError:
            if unreadable is None:
                raise
            continue
        if not enter(entry):
            continue
        yield entry
        if entry.is_folder:
            below = (*folder, name)
            try:
                cursor.go(below)
                waiting.append((below, cursor.names()[::-1]))
            except OSError as error:
                if unreadable is None:
                    raise
                unreadable(entry, error)


def bytes_on_disk(folder: Path) -> int:
    """Bytes that a folder takes up on its disk; a file with several names counts once, a hole not at all."""
    total = 0
    seen: set[tuple[int, int]] = set()
    try:
        cursor = Cursor(folder)
    except OSError:
        return 0
    with cursor, suppress(OSError):  # what is moved about meanwhile cannot be counted
        for entry in walk(cursor, unreadable=lambda _entry, _error: None):
            if entry.status.st_nlink > 1 and not entry.is_folder:
                if (identity := _identity(entry.status)) in seen:
                    continue
                seen.add(identity)
            total += entry.blocks
    return total


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_real_folder(status: os.stat_result) -> bool:
    """Whether it is a folder and, on Windows, no junction that leads elsewhere."""
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_reparse_tag", 0)
