"""A real disk of a few megabytes, which a test fills or makes read-only; it needs root on Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest


class SmallDisk:
    """A file system in memory at a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._filler = folder / ".filler"
        if sys.platform != "linux" or os.geteuid() != 0:
            pytest.skip("mounting a disk needs root on Linux")
        mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(folder)]
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            pytest.skip("this machine does not allow to mount a disk")

    def make_read_only(self) -> None:
        """Refuse all writing from now on."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)

    def fill(self) -> None:
        """Take all the space that is left."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (2**16, 2**12, 1):
                with suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink()

    def unmount(self) -> None:
        """Remove the disk, also while something has a file on it open."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
