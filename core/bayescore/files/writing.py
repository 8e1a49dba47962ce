"""Writing files: never through a link, never under a predictable temporary name."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bayescore.files.flags import BINARY, CLOSE_ON_EXEC, NO_LINK, NO_WAIT
from bayescore.files.reading import UnsuitableFileError
from bayescore.i18n import text

_WRITE = os.O_WRONLY | CLOSE_ON_EXEC | BINARY | NO_LINK
_NEW = _WRITE | os.O_CREAT | os.O_EXCL


def random_name(name: str) -> str:
    """An unpredictable hidden name, derived from ``name``."""
    return f".{name[:100]}.{secrets.token_hex(8)}"


def create(file: str | Path, mode: int = 0o666, *, folder: int | None = None) -> BinaryIO:
    """Create a file and open it for writing.

    Parameters
    ----------
    mode
        Mode before the umask is applied.
    folder
        Descriptor of the folder that ``file`` is relative to.

    Raises
    ------
    FileExistsError
        When the name is in use, even by a dangling link.
    """
    return os.fdopen(os.open(file, _NEW, mode, dir_fd=folder), "wb")


def ensure(file: Path, mode: int) -> None:
    """Create an empty file unless it exists.

    Raises
    ------
    OSError
        When the file cannot be created.
    """
    with suppress(FileExistsError):
        create(file, mode).close()


def append_to(file: Path, mode: int = 0o600) -> BinaryIO:
    """Open a regular file for unbuffered appending; a missing one is created.

    Raises
    ------
    UnsuitableFileError
        When the file is not a regular file.
    OSError
        When the file is a link or cannot be opened.
    """
    flags = _WRITE | os.O_CREAT | os.O_APPEND | NO_WAIT
    descriptor = os.open(file, flags, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsuitableFileError(str(text("it is not a regular file")), file)
    return os.fdopen(descriptor, "ab", buffering=0)


def write_at(file: Path, offset: int, content: bytes) -> None:
    """Write into a file at an offset and truncate it after that; a missing file is created.

    Raises
    ------
    OSError
        When the file is a link or cannot be written.
    """
    with os.fdopen(os.open(file, _WRITE | os.O_CREAT, 0o600), "wb") as opened:
        opened.seek(offset)
        opened.write(content)
        opened.truncate()


def replace(target: Path, content: bytes, mode: int | None = None, *, durable: bool = False) -> None:
    """Replace a file atomically: readers see either the old or the new content.

    The content is written to a temporary file beside the target, which is then renamed.
    A target that is a link within its own folder stays a link.

    Parameters
    ----------
    mode
        Mode of the new file; by default the mode of the old one, or the umask default for a new one.
    durable
        Whether to flush the content to disk before the rename, so that a power failure leaves one of the two.

    Raises
    ------
    UnsuitableFileError
        When the target is a link to outside its folder, or is not a regular file.
    OSError
        When the file cannot be written; the old content is kept.
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
    """The file to replace: ``target``, or what it links to within its folder."""
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
