"""Owners and permissions: files and folders that other accounts of the machine cannot change or read."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from bayescore.files.reading import UnsuitableFileError, open_regular, read_limited
from bayescore.i18n import text

_ROOT = 0  # user id
_GROUP_AND_OTHERS = 0o077


def own_account() -> int | None:
    """Effective user id of this process; ``None`` on Windows."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def is_writable_by_others(status: os.stat_result) -> bool:
    """Whether the mode allows other accounts to write; a group without other members does not count."""
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_private_group(status.st_gid)


def _is_private_group(gid: int) -> bool:
    """Whether a group has the account's name and no other members.

    Many distributions create such a group for each account and let it write (umask 002).
    """
    import grp
    import pwd

    try:
        name, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name}


def check_ancestors(folder: Path) -> Path:
    """Check that no other account can replace a folder.

    The folder and its ancestors must belong to this account or root, and must not be writable by other
    accounts unless they are sticky (``/tmp``).

    Returns
    -------
    Path
        The folder with links resolved: later changes of the links do not affect it.

    Raises
    ------
    UnsuitableFileError
        Names the folder that others can change.
    OSError
        When a folder does not exist.
    """
    own = own_account()
    resolved = folder.resolve(strict=True)
    if own is None:
        return resolved
    for path in (*reversed(resolved.parents), resolved):
        status = path.lstat()
        open_to_others = is_writable_by_others(status) and not status.st_mode & stat.S_ISVTX
        if status.st_uid not in (_ROOT, own) or open_to_others:
            raise UnsuitableFileError(str(text("other accounts can change the folder")), path)
    return resolved


def private_folder(folder: Path) -> Path:
    """Create a folder that only this account can enter; check an existing one (:func:`check_private`)."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return check_private(folder)


def check_private(folder: Path) -> Path:
    """Check that only this account can enter a folder.

    Returns
    -------
    Path
        The folder with links resolved.

    Raises
    ------
    UnsuitableFileError
        When it is a link, belongs to another account, can be entered by others, or can be replaced by them.
    OSError
        When the folder does not exist.
    """
    status, own = folder.lstat(), own_account()
    if not stat.S_ISDIR(status.st_mode):
        raise UnsuitableFileError(str(text("it is not a folder")), folder)
    if own is not None:
        if status.st_uid != own:
            raise UnsuitableFileError(str(text("it belongs to another account")), folder)
        if status.st_mode & _GROUP_AND_OTHERS:
            raise UnsuitableFileError(str(text("other accounts can enter it")), folder)
    return check_ancestors(folder)


def read_private(file: Path, limit: int) -> bytes:
    """Read a file that belongs to this account and that no other account can read.

    Raises
    ------
    UnsuitableFileError
        When it belongs to another account, is open to others, is not a regular file, or is larger than
        ``limit`` bytes.
    OSError
        When the file is a link or cannot be read.
    """
    with open_regular(file, follow=False) as opened:
        status, own = os.fstat(opened.fileno()), own_account()
        if own is not None and (status.st_uid != own or status.st_mode & _GROUP_AND_OTHERS):
            raise UnsuitableFileError(str(text("it is not private to this account")), file)
        return read_limited(opened, limit, file)
