"""Walking folder trees of any depth without following links."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from bayescore.files.flags import BY_DESCRIPTOR, FOLDER
from bayescore.files.reading import open_regular
from bayescore.files.removing import remove_tree
from bayescore.files.writing import create

Parts = tuple[str, ...]


class Cursor:
    """The current folder of a walk, held by a descriptor so that it cannot be replaced by a link.

    One descriptor is open at a time, whatever the depth.  The cursor moves up through ``..`` and checks that
    it arrives in the folder that it came from.  On Windows, which lacks these calls, paths are used.

    Parameters
    ----------
    root
        An existing folder; it must not be a link.

    Raises
    ------
    OSError
        When the root, or a folder on a path, is missing or is not a folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parts: Parts = ()
        self._fd: int | None = None
        self._ancestors: list[tuple[int, int]] = []  # device and inode of each ancestor
        if BY_DESCRIPTOR:
            self._fd = os.open(root, FOLDER)
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
        """Close the descriptor."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def path(self, name: str = "") -> Path:
        """Path of the folder, or of an entry in it, for messages."""
        return self.root.joinpath(*self.parts, name)

    # ---- moving

    def go(self, parts: Parts, *, make: bool = False) -> None:
        """Go to a folder below the root.

        With ``make`` missing folders are created, and anything else with the name of one is removed.
        """
        common = min(len(self.parts), len(parts))
        while self.parts[:common] != parts[:common]:  # a walk moves by one folder: one comparison
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
            descriptor = os.open(name, FOLDER, dir_fd=self._fd)
            self._ancestors.append(_identity(os.fstat(self._fd)))
            os.close(self._fd)
            self._fd = descriptor
        self.parts = (*self.parts, name)

    def _up(self) -> None:
        if self._fd is not None:
            parent = os.open("..", FOLDER, dir_fd=self._fd)
            if _identity(os.fstat(parent)) != self._ancestors[-1]:
                os.close(parent)
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), "")  # it was moved
            self._ancestors.pop()
            os.close(self._fd)
            self._fd = parent
        self.parts = self.parts[:-1]

    # ---- reading

    def names(self, limit: int | None = None) -> list[str]:
        """Names in the folder, sorted; of a folder with more than ``limit``, any of them."""
        with os.scandir(self.path() if self._fd is None else self._fd) as entries:
            return sorted(entry.name for entry in islice(entries, limit))

    def status(self, name: str) -> os.stat_result:
        """Status of an entry; links are not followed."""
        return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)

    def open(self, name: str) -> BinaryIO:
        """Open a regular file for reading; see :func:`open_regular`."""
        return open_regular(self._at(name), follow=False, folder=self._fd)

    def target(self, name: str) -> str:
        """Target of a link."""
        return os.readlink(self._at(name), dir_fd=self._fd)

    # ---- changing

    def create(self, name: str, mode: int = 0o600) -> BinaryIO:
        """Create a file; an existing entry of that name is removed."""
        self.clear(name)
        return self.create_new(name, mode)

    def create_new(self, name: str, mode: int = 0o666) -> BinaryIO:
        """Create a file under an unused name; see :func:`bayescore.files.create`."""
        return create(self._at(name), mode, folder=self._fd)

    def link(self, name: str, target: str) -> None:
        """Create a symbolic link; an existing entry of that name is removed."""
        self.clear(name)
        os.symlink(target, self._at(name), dir_fd=self._fd)

    def hard_link(self, name: str, origin: Cursor, of: str) -> None:
        """Create a hard link to a file in the folder of ``origin``; an existing entry is removed."""
        self.clear(name)
        os.link(
            origin._at(of), self._at(name), src_dir_fd=origin._fd, dst_dir_fd=self._fd, follow_symlinks=False
        )

    def make_folder(self, name: str) -> None:
        """Create a private folder unless it exists; an entry of another kind is removed."""
        with suppress(FileNotFoundError):
            if not _is_real_folder(self.status(name)):
                self.clear(name)
        self.add_folder(name, 0o700)

    def add_folder(self, name: str, mode: int = 0o777) -> None:
        """Create a folder unless there is an entry of that name."""
        with suppress(FileExistsError):
            os.mkdir(self._at(name), mode, dir_fd=self._fd)

    def clear(self, name: str) -> None:
        """Remove an entry, if there is one: a link itself, a folder with its content."""
        try:
            status = self.status(name)
        except FileNotFoundError:
            return
        if _is_real_folder(status):
            remove_tree(Path(self._at(name)), above=self._fd)
        else:
            os.unlink(self._at(name), dir_fd=self._fd)

    def set_mode(self, mode: int) -> None:
        """Set the mode of the folder itself."""
        if self._fd is not None:
            os.fchmod(self._fd, mode)

    def _at(self, name: str) -> str:
        """A name as system calls take it: relative to the descriptor, or a path."""
        return name if self._fd is not None else str(self.path(name))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a folder tree.

    Attributes
    ----------
    folder
        Names of its ancestors, from the root down.
    status
        Status of the entry; links are not followed.
    """

    folder: Parts
    name: str
    status: os.stat_result

    @property
    def path(self) -> str:
        """Path relative to the root, with ``/``."""
        return "/".join((*self.folder, self.name))

    @property
    def disk_bytes(self) -> int:
        """Bytes that the entry occupies on disk, without holes and without the content of a folder."""
        return int(getattr(self.status, "st_blocks", self.status.st_size // 512)) * 512

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder; a link to a folder is not."""
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
    """Every entry below the cursor's root, a folder before its content, sorted by name.

    When an entry is yielded, the cursor is in the folder of that entry.

    Parameters
    ----------
    enter
        Whether to yield an entry and, for a folder, to enter it.
    unreadable
        Called with a folder that cannot be read; by default the error is raised.
    """
    pending: list[tuple[Parts, list[str]]] = [((), cursor.names()[::-1])]
    while pending:
        folder, names = pending[-1]
        cursor.go(folder)
        if not names:
            pending.pop()
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
            inside = (*folder, name)
            try:
                cursor.go(inside)
                pending.append((inside, cursor.names()[::-1]))
            except OSError as error:
                if unreadable is None:
                    raise
                unreadable(entry, error)


def bytes_on_disk(folder: Path) -> int:
    """Bytes that a folder occupies on disk; a file with several hard links counts once, holes do not."""
    total = 0
    seen: set[tuple[int, int]] = set()
    try:
        cursor = Cursor(folder)
    except OSError:
        return 0
    with cursor, suppress(OSError):  # entries that are moved during the walk are not counted
        for entry in walk(cursor, unreadable=lambda _entry, _error: None):
            if entry.status.st_nlink > 1 and not entry.is_folder:
                if (identity := _identity(entry.status)) in seen:
                    continue
                seen.add(identity)
            total += entry.disk_bytes
    return total


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_real_folder(status: os.stat_result) -> bool:
    """Whether it is a folder and, on Windows, not a junction."""
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_reparse_tag", 0)
