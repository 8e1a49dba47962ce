"""Private folders for what must not be on a disk, or must be written when the disk is full."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bayescore.files import check_private, own_account, private_folder
from bayescore.store.data_folder import DataFolder

MEMORY = Path("/dev/shm")  # a memory file system that all accounts share, on Linux
RUNTIME = Path("/run/user")  # has a folder in memory for each account that is logged in
_BELOW_DATA = "private"


def runtime_folders(folder: DataFolder, *, make: bool) -> Iterator[Path]:
    """Folders that only this account can enter, of this data folder alone, best first.

    The last one is below the data folder, on its disk.  What another account has prepared is passed
    over, and so is what cannot be used for any other reason.

    Parameters
    ----------
    make
        Whether to make what is missing; else only folders that are there.
    """
    sound = private_folder if make else check_private
    home = hashlib.sha256(str(folder.root).encode()).hexdigest()[:16]
    for place in (*(above / home for above in _in_memory()), folder.root / _BELOW_DATA):
        try:
            if make and place.parent != folder.root:
                place.parent.mkdir(mode=0o700, exist_ok=True)
            found = sound(place)
        except OSError:
            continue
        yield found


def _in_memory() -> Iterator[Path]:
    """Candidates; an engine's environment may differ from that of the command that looks for the same."""
    account = own_account()
    if account is None:
        return
    usual = RUNTIME / str(account)
    named = os.environ.get("XDG_RUNTIME_DIR")
    for place in dict.fromkeys((Path(named).absolute() if named else usual, usual)):
        with suppress(OSError):
            yield check_private(place) / f"bayesdesk-{account}"
    shared = MEMORY / f"bayesdesk-{account}"
    if MEMORY.is_dir() and not shared.is_symlink():
        yield shared  # where it is another account's, so is what is in it, which is not used then
