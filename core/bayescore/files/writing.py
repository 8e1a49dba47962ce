"""Writing files: never through a link, never under a name that could be foreseen."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bayescore.files.reading import NO_LINK, UnsuitableFileError
from bayescore.i18n import text

_WRITE = os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | NO_LINK
_NEW = _WRITE | os.O_CREAT | os.O_EXCL


def random_name(name: str) -> str:
    """A hidden name beside ``name`` that nobody can foresee."""
    return f".{name[:100]}.{secrets.token_hex(8)}"


def create(file: str | Path, mode: int = 0o666, *, folder: int | None = None) -> BinaryIO:
    """Create a file that is not there yet and open it for writing.

    Parameters
    ----------
    mode
        Before the process's umask.
    folder
        Descriptor of the folder that ``file`` is relative to.

    Raises
    ------
    FileExistsError
        When anything of that name is there, a dangling link too.
    """
    return os.fdopen(os.open(file, _NEW, mode, dir_fd=folder), "wb")


def ensure(file: Path, mode: int) -> None:
    """Make an empty file where there is none.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    with suppress(FileExistsError):
        create(file, mode).close()


def append_to(file: Path, mode: int = 0o600) -> BinaryIO:
    """Open a regular file of our own for appending, without a buffer; it is made where there is none.

    Raises
    ------
    UnsuitableFileError
        When it is not a regular file.
    OSError
        When it is a link or cannot be opened.
    """
    flags = _WRITE | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(file, flags, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsuitableFileError(str(text("it is not a regular file")), file)
    return os.fdopen(descriptor, "ab", buffering=0)


def write_at(file: Path, offset: int, content: bytes) -> None:
    """Write into a regular file of our own at an offset, and cut off what is behind; it is made if needed.

    Raises
    ------
    OSError
        When it is a link, or cannot be written.
    """
    with os.fdopen(os.open(file, _WRITE | os.O_CREAT, 0o600), "wb") as opened:
        opened.seek(offset)
        opened.write(content)
        opened.truncate()


def replace(target: Path, content: bytes, mode: int | None = None, *, durable: bool = False) -> None:
    """Replace a file's content in one step: a reader sees the old or the new content, whole.

    A new file is written beside the target under a random name, and renamed.
    A target that is a link within its own folder keeps being one.

    Parameters
    ----------
    mode
        Of the file afterwards; by default that of the file before, else what the umask leaves.
    durable
        Whether the content is flushed to the disk first, so that a power cut leaves the old or the new one.

    Raises
    ------
    UnsuitableFileError
        When the target is a link that leads out of its folder, or is not a regular file.
    OSError
        When it cannot be written; the old content stays.
    """
    real = _within_folder(target)
    kept = _mode_of(real, target) if mode is None else mode
    partial = real.with_name(random_name(real.name))
    with create(partial, 0o666 if kept is None else 0o600) as written:
        try:
            written.write(content)
            written.flush()
            if durable:
                os.fsync(written.fileno())
            if kept is not None:
                partial.chmod(kept)
            partial.replace(real)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _within_folder(target: Path) -> Path:
    """The file that is meant, below the folder in which the target stands."""
    folder = target.parent.resolve()
    if not target.is_symlink():
        return folder / target.name
    real = target.resolve()
    if not real.is_relative_to(folder):
        raise UnsuitableFileError(str(text("it is a link to {file}, outside its folder", file=real)), target)
    return real


def _mode_of(file: Path, shown: Path) -> int | None:
    try:
        status = file.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise UnsuitableFileError(str(text("it is not a regular file")), shown)
    return status.st_mode & 0o777
