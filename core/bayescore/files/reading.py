"""Reading a file that somebody else may have shaped: regular files only, up to a limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from bayescore.i18n import text

# A pipe or a device is opened without waiting for its other end, and is then refused.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class UnsuitableFileError(OSError):
    """A file that is not read or written because of what it is; ``strerror`` is a reason for people."""

    def __init__(self, reason: str, file: str | Path) -> None:
        super().__init__(errno.EINVAL, reason, str(file))


def open_regular(file: str | Path, *, follow: bool = True, folder: int | None = None) -> BinaryIO:
    """Open a regular file for reading.

    Parameters
    ----------
    follow
        Whether ``file`` itself may be a link.
    folder
        Descriptor of the folder that ``file`` is relative to.

    Raises
    ------
    UnsuitableFileError
        When it is a folder, a pipe, a socket or a device.
    OSError
        When it cannot be opened.
    """
    if folder is None and not NO_LINK and not follow and Path(file).is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(file))  # Windows has no such flag
    descriptor = os.open(file, _READ | (0 if follow else NO_LINK), dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnsuitableFileError(str(text("it is not a regular file")), file)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bytes(file: Path, limit: int, *, follow: bool = True) -> bytes:
    """Content of a regular file of at most ``limit`` bytes.

    Raises
    ------
    UnsuitableFileError
        When it is not a regular file, or is larger.
    OSError
        When it cannot be read.
    """
    with open_regular(file, follow=follow) as opened:
        content = opened.read(limit + 1)
    if len(content) > limit:
        raise UnsuitableFileError(str(text("it is larger than {size} KiB", size=limit // 2**10)), file)
    return content


def read_text(file: Path, limit: int, *, follow: bool = True, errors: str = "replace") -> str:
    """The same as UTF-8 text; what is not UTF-8 is replaced unless ``errors`` is ``strict``."""
    return read_bytes(file, limit, follow=follow).decode("utf-8", errors)
