"""Snapshots of projects on a node, and what is used in place and was sent to it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from bayescore.cluster import parcels
from bayescore.files import remove_tree

_OLD_S = 7 * 86400.0  # a follow-up job mostly has the same project


class NodeCache:
    """Folders that arrive packed and in parts; one that no trial has used for a week is removed."""

    def __init__(self, folder: Path) -> None:
        self._snapshots, self._sent = folder / "snapshots", folder / "sent"

    def snapshot(self, digest: str) -> Path:
        """Folder of a snapshot, which may not have arrived."""
        return self._snapshots / digest

    def sent(self, fingerprint: str) -> Path:
        """Folder of something that is used in place, which may not have arrived."""
        return self._sent / fingerprint

    @staticmethod
    def receive(target: Path, offset: int, part: bytes, *, last: bool) -> None:
        """Add a part to the parcel of a folder, unless the folder is there; the last part unpacks it."""
        if target.is_dir():
            return
        parcel = target.with_suffix(".tar")
        parcels.write_part(parcel, offset, part)
        if last:
            parcels.unpack(parcel, target)
            parcel.unlink()

    @staticmethod
    def mark_used(target: Path) -> None:
        """Keep a folder for another week."""
        os.utime(target)

    def remove_old(self) -> None:
        """Remove what has not been used for a week."""
        for path in (path for folder in (self._snapshots, self._sent) for path in folder.glob("*")):
            if time.time() - path.stat().st_mtime > _OLD_S:
                with suppress(OSError):
                    remove_tree(path)
