"""Folders that no other account of the machine can have prepared or can look into."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from bayescore.files.reading import UnsuitableFileError, open_regular
from bayescore.i18n import text

_ROOT = 0
_OF_OTHERS = 0o077


def own_account() -> int | None:
    """Number of the account that this process acts for; ``None`` where accounts have none (Windows)."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def is_writable_by_others(status: os.stat_result) -> bool:
    """Whether the mode lets another account write; a group that has no other member does not count."""
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_private_group(status.st_gid)


def _is_private_group(number: int) -> bool:
    """Whether a group is this account's own: its name is the account's, and nobody else is in it.

    Many systems give each account such a group and let it write (umask 002).
    """
    import grp
    import pwd

    try:
        name, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(number)
    except KeyError:
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name}


def check_way(folder: Path) -> Path:
    """See that no other account can put something else in the place of a folder.

    Every folder on the way must be root's or one's own, and closed to other writers or sticky (``/tmp``).

    Returns
    -------
    Path
        The folder without links on the way: what was checked, whatever becomes of the links.

    Raises
    ------
    UnsuitableFileError
        With the folder that others can change.
    OSError
        When one of them is not there.
    """
    own = own_account()
    real = folder.resolve(strict=True)
    if own is None:
        return real
    for each in (*reversed(real.parents), real):
        status = each.lstat()
        open_to_others = is_writable_by_others(status) and not status.st_mode & stat.S_ISVTX
        if status.st_uid not in (_ROOT, own) or open_to_others:
            raise UnsuitableFileError(str(text("other accounts can change the folder")), each)
    return real


def private_folder(folder: Path) -> Path:
    """Make a folder that only this account can enter, or see that it is one; see :func:`check_private`."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return check_private(folder)


def check_private(folder: Path) -> Path:
    """See that a folder is one that only this account can enter.

    Returns
    -------
    Path
        The folder without links on the way.

    Raises
    ------
    UnsuitableFileError
        When it is a link or another account's, lets others in, or stands where others can replace it.
    OSError
        When it is not there.
    """
    status, own = folder.lstat(), own_account()
    if not stat.S_ISDIR(status.st_mode):
        raise UnsuitableFileError(str(text("it is not a folder")), folder)
    if own is not None:
        if status.st_uid != own:
            raise UnsuitableFileError(str(text("it belongs to another account")), folder)
        if status.st_mode & _OF_OTHERS:
            raise UnsuitableFileError(str(text("other accounts can enter it")), folder)
    return check_way(folder)


def read_private(file: Path, limit: int) -> bytes:
    """Content of a file that this account has written and that nobody else can read.

    Raises
    ------
    UnsuitableFileError
        When it is another account's, open to others, no regular file, or larger than ``limit`` bytes.
    OSError
        When it is a link or cannot be read.
    """
    with open_regular(file, follow=False) as opened:
        status, own = os.fstat(opened.fileno()), own_account()
        if own is not None and (status.st_uid != own or status.st_mode & _OF_OTHERS):
            raise UnsuitableFileError(str(text("it is not for this account alone")), file)
        content = opened.read(limit + 1)
    if len(content) > limit:
        raise UnsuitableFileError(str(text("it is larger than {size} KiB", size=limit // 2**10)), file)
    return content
