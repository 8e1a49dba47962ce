"""Removing a folder with everything in it, however deep it is and whatever its modes say."""

from __future__ import annotations

import os
import shutil
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bayescore.files.reading import NO_LINK
from bayescore.files.writing import random_name

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0) | NO_LINK
BY_DESCRIPTOR = bool(NO_LINK) and os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


def remove_tree(folder: Path, *, above: int | None = None) -> None:
    """Remove a folder; links in it are removed and not followed. One that is not there is fine.

    Each folder inside is moved up to the top before it is emptied: depth costs neither stack nor
    descriptors, and no path gets too long.  A folder of one's own that is closed is opened first.

    Parameters
    ----------
    above
        Descriptor of the folder that ``folder`` is a name in.

    Raises
    ------
    OSError
        The first error, once everything that can be removed is gone.
    """
    if not BY_DESCRIPTOR:
        if folder.exists():
            shutil.rmtree(folder)
        return
    if above is not None:
        _remove(above, folder)
        return
    try:
        above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _remove(above, folder)
    finally:
        os.close(above)


def _remove(above: int, folder: Path) -> None:
    name = folder.name
    try:
        status = os.stat(name, dir_fd=above, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=above)
        return
    try:
        top = _opened(name, above)
        try:
            _Emptying(top).run()
        finally:
            os.close(top)
        os.rmdir(name, dir_fd=above)
    except OSError as error:
        error.filename = str(folder / str(error.filename or ""))
        raise


class _Emptying:
    """Empties one folder: what is below it waits, with its earlier path, as a folder directly inside it."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._waiting: deque[tuple[str, str]] = deque()
        self._error: OSError | None = None

    def run(self) -> None:
        for name in self._files_gone(self._top, ""):
            self._waiting.append((name, name))
        while self._waiting:
            self._remove(*self._waiting.popleft())
        if self._error is not None:
            raise self._error

    def _remove(self, name: str, path: str) -> None:
        with self._noting(path):
            inside = _opened(name, self._top)
            try:
                for below in self._files_gone(inside, path):
                    self._lift(inside, below, f"{path}/{below}")
            finally:
                os.close(inside)
            os.rmdir(name, dir_fd=self._top)

    def _lift(self, inside: int, name: str, path: str) -> None:
        lifted = random_name("removed")
        with self._noting(path):
            _permit(name, inside)  # a folder that changes its parent must be writable itself
            os.rename(name, lifted, src_dir_fd=inside, dst_dir_fd=self._top)
            self._waiting.append((lifted, path))

    def _files_gone(self, folder: int, path: str) -> list[str]:
        """Remove what is not a folder; names of the folders."""
        folders = []
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in found:
            if is_folder:
                folders.append(name)
                continue
            with self._noting(f"{path}/{name}".lstrip("/")):
                os.unlink(name, dir_fd=folder)
        return folders

    @contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        """Keep the first error, with the path that it is about, and go on."""
        try:
            yield
        except OSError as error:
            if self._error is None:
                error.filename, error.filename2 = path, None
                self._error = error


def _opened(name: str, above: int) -> int:
    _permit(name, above)
    return os.open(name, _FOLDER, dir_fd=above)


def _permit(name: str, above: int) -> None:
    """Let the owner of a folder list and change it, whatever its mode was."""
    status = os.stat(name, dir_fd=above, follow_symlinks=False)
    if status.st_mode & stat.S_IRWXU == stat.S_IRWXU or not hasattr(os, "O_PATH"):
        return
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | NO_LINK, dir_fd=above)
    try:
        with suppress(PermissionError):  # another account's; opening it says so
            Path(f"/proc/self/fd/{handle}").chmod(0o700)
    finally:
        os.close(handle)
