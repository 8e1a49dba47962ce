"""Folders on their way between machines, as tar files that are sent in parts."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from fnmatch import fnmatch
from pathlib import Path

PART_BYTES = 4 * 2**20


def pack(folder: Path, parcel: Path, pattern: str = "*", limit: int | None = None) -> int:
    """Pack a folder's files; the parcel's bytes, or -1 when the files have more than ``limit``.

    Parameters
    ----------
    pattern
        Which files, by their path below the folder or their name (``*.pt``, ``models/*``).
    """
    chosen = [path for path in sorted(folder.rglob("*")) if _is_wanted(path, folder, pattern)]
    size = sum(path.lstat().st_size for path in chosen if not path.is_dir())
    if limit is not None and size > limit:
        return -1
    partial = parcel.with_suffix(".partial")
    with tarfile.open(partial, "w") as tar:
        for path in chosen:
            tar.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_of_nobody)
    partial.replace(parcel)
    return parcel.stat().st_size


def _is_wanted(path: Path, folder: Path, pattern: str) -> bool:
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return path.is_symlink() and pattern == "*"
    inside = path.relative_to(folder).as_posix()
    return pattern == "*" or (path.is_file() and (fnmatch(inside, pattern) or fnmatch(path.name, pattern)))


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same bytes whoever packs the same files."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def digest(parcel: Path) -> str:
    """Name of a parcel's content."""
    with parcel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_part(parcel: Path, offset: int, part: bytes) -> None:
    """Put a part in its place; sent twice, it is there once."""
    parcel.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(parcel, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.seek(offset)
        file.write(part)
        file.truncate()


def unpack(parcel: Path, target: Path) -> None:
    """Unpack into a folder that is there whole or not at all; nothing lands outside it."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    merge(parcel, partial)
    partial.replace(target)


def merge(parcel: Path, folder: Path) -> None:
    """Unpack over what a folder holds."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(parcel) as tar:
        tar.extractall(folder, filter=_safe)  # noqa: S202  the filter is the guard


def _safe(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave out what would lie, or lead, outside the folder, and devices."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None
