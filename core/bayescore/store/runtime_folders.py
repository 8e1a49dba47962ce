"""Private runtime folders: for files that must not reach a disk, or must be writable when it is full."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bayescore.files import check_private, own_account, private_folder
from bayescore.store.data_folder import DataFolder

MEMORY = Path("/dev/shm")  # Linux: a file system in memory, shared by all accounts
RUNTIME = Path("/run/user")  # Linux: a folder in memory for each account that is logged in
WINDOW_SOCKET = "window"  # name of the socket of an open window in one of these folders
_ON_DISK = "private"  # in the data folder


def runtime_folders(folder: DataFolder, *, make: bool) -> Iterator[Path]:
    """Folders of this data folder that only this account can enter, best first.

    The last one is in the data folder itself, on disk.  Folders that cannot be used are skipped, in
    particular those that another account has prepared.

    Parameters
    ----------
    make
        Whether to create missing folders; otherwise only existing ones are returned.
    """
    usable = private_folder if make else check_private
    name = hashlib.sha256(str(folder.root).encode()).hexdigest()[:16]
    for path in (*(parent / name for parent in _in_memory()), folder.root / _ON_DISK):
        try:
            if make and path.parent != folder.root:
                path.parent.mkdir(mode=0o700, exist_ok=True)
            found = usable(path)
        except OSError:
            continue
        yield found


def _in_memory() -> Iterator[Path]:
    """Parent folders; several, because the engine and a command can have different environment variables."""
    account = own_account()
    if account is None:
        return
    usual = RUNTIME / str(account)
    configured = os.environ.get("XDG_RUNTIME_DIR")
    for place in dict.fromkeys((Path(configured).absolute() if configured else usual, usual)):
        with suppress(OSError):
            yield check_private(place) / f"bayesdesk-{account}"
    shared = MEMORY / f"bayesdesk-{account}"
    if MEMORY.is_dir() and not shared.is_symlink():
        yield shared  # if it belongs to another account, so does its content, which is then refused
