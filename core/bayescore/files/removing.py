"""Removing folder trees of any depth and with any permissions."""

from __future__ import annotations

import os
import shutil
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bayescore.files.flags import BY_DESCRIPTOR, FOLDER, NO_LINK
from bayescore.files.writing import random_name


def remove_tree(folder: Path, *, above: int | None = None) -> None:
    """Remove a folder, if it exists, with everything in it; links in it are not followed.

    Each subfolder is moved to the top before it is emptied, so that depth needs neither stack nor
    descriptors and no path becomes too long.  Folders of this account are made accessible first.

    Parameters
    ----------
    above
        Descriptor of the folder that contains ``folder``.

    Raises
    ------
    OSError
        The first error, after everything that can be removed has been removed.
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
        top = _open_folder(name, above)
        try:
            _Emptier(top).run()
        finally:
            os.close(top)
        os.rmdir(name, dir_fd=above)
    except OSError as error:
        error.filename = str(folder / str(error.filename or ""))
        raise


class _Emptier:
    """Empties a folder; pending subfolders lie directly in it and are listed with their original paths."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._pending: deque[tuple[str, str]] = deque()
        self._error: OSError | None = None

    def run(self) -> None:
        for name in self._remove_files(self._top, ""):
            self._pending.append((name, name))
        while self._pending:
            self._remove(*self._pending.popleft())
        if self._error is not None:
            raise self._error

    def _remove(self, name: str, path: str) -> None:
        with self._recording_error(path):
            inside = _open_folder(name, self._top)
            try:
                for below in self._remove_files(inside, path):
                    self._move_to_top(inside, below, f"{path}/{below}")
            finally:
                os.close(inside)
            os.rmdir(name, dir_fd=self._top)

    def _move_to_top(self, inside: int, name: str, path: str) -> None:
        moved = random_name("removed")
        with self._recording_error(path):
            _make_accessible(name, inside)  # moving a folder changes its “..”
            os.rename(name, moved, src_dir_fd=inside, dst_dir_fd=self._top)
            self._pending.append((moved, path))

    def _remove_files(self, folder: int, path: str) -> list[str]:
        """Remove everything but the folders; return their names."""
        folders = []
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in found:
            if is_folder:
                folders.append(name)
                continue
            with self._recording_error(f"{path}/{name}".lstrip("/")):
                os.unlink(name, dir_fd=folder)
        return folders

    @contextmanager
    def _recording_error(self, path: str) -> Iterator[None]:
        """Record the first error, with its path, and continue."""
        try:
            yield
        except OSError as error:
            if self._error is None:
                error.filename, error.filename2 = path, None
                self._error = error


def _open_folder(name: str, above: int) -> int:
    _make_accessible(name, above)
    return os.open(name, FOLDER, dir_fd=above)


def _make_accessible(name: str, above: int) -> None:
    """Give the owner of a folder all permissions on it."""
    status = os.stat(name, dir_fd=above, follow_symlinks=False)
    if status.st_mode & stat.S_IRWXU == stat.S_IRWXU or not hasattr(os, "O_PATH"):
        return
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | NO_LINK, dir_fd=above)
    try:
        with suppress(PermissionError):  # another account's: opening it fails next
            Path(f"/proc/self/fd/{handle}").chmod(0o700)
    finally:
        os.close(handle)
