"""Reading untrusted files: regular files only, up to a size limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from bayescore.files.flags import BINARY, CLOSE_ON_EXEC, NO_LINK, NO_WAIT
from bayescore.i18n import text

# NO_WAIT: opening a pipe must not block before it is refused.
_READ = os.O_RDONLY | NO_WAIT | CLOSE_ON_EXEC | BINARY


class UnsuitableFileError(OSError):
    """A file of a kind, owner or size that is refused; ``strerror`` is the reason, for the user."""

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
        When the file is not a regular file: a folder, a pipe, a socket or a device.
    OSError
        When the file cannot be opened.
    """
    if folder is None and not NO_LINK and not follow and Path(file).is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(file))  # Windows has no O_NOFOLLOW
    descriptor = os.open(file, _READ | (0 if follow else NO_LINK), dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnsuitableFileError(str(text("it is not a regular file")), file)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bytes(file: Path, limit: int, *, follow: bool = True) -> bytes:
    """Read a regular file of at most ``limit`` bytes.

    Raises
    ------
    UnsuitableFileError
        When the file is not a regular file, or is larger.
    OSError
        When the file cannot be read.
    """
    with open_regular(file, follow=follow) as opened:
        return read_limited(opened, limit, file)


def read_limited(opened: BinaryIO, limit: int, file: Path) -> bytes:
    """Read an open file of at most ``limit`` bytes; raises :class:`UnsuitableFileError` when it is larger."""
    content = opened.read(limit + 1)
    if len(content) > limit:
        raise UnsuitableFileError(str(text("it is larger than {size} KiB", size=limit // 2**10)), file)
    return content


def read_text(file: Path, limit: int, *, follow: bool = True, errors: str = "replace") -> str:
    """Read a regular file as UTF-8; by default bytes that are not UTF-8 are replaced."""
    return read_bytes(file, limit, follow=follow).decode("utf-8", errors)
