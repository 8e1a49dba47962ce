"""The data folder: where everything that Bayesdesk keeps has its place."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from bayescore.errors import StoreError
from bayescore.files import ensure, is_writable_by_others, own_account
from bayescore.i18n import text
from bayescore.store.identifiers import check_identifier, check_number

# File systems that cannot share memory between processes of several machines, which WAL needs.
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "beegfs", "9p"}
_NETWORK |= {
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.rclone",
    "fuse.ceph",
    "gpfs",
    "panfs",
    "ncpfs",
}
_OURS = ("store.", "engine.", "window.log", "cli.log", "migration.lock")  # files of ours begin so
MADE = ".ready"  # with an attempt behind it, in a trial's folder: the folder is whole
_ROOM_BYTES = 2**20  # less is a full disk


@dataclass(frozen=True)
class DataFolder:
    """Paths inside one data folder."""

    root: Path

    @classmethod
    def default(cls, environment: Mapping[str, str] = os.environ) -> DataFolder:
        """``BAYESDESK_HOME``, else the platform's usual place for a user's data."""
        if chosen := environment.get("BAYESDESK_HOME"):
            return cls(Path(chosen).expanduser().absolute())
        from platformdirs import user_data_path

        return cls(user_data_path("bayesdesk", appauthor=False))

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.root / "store.sqlite3"

    @property
    def engine_lock(self) -> Path:
        """Held by the one engine of this folder."""
        return self.root / "engine.lock"

    @property
    def engine_info(self) -> Path:
        """What the running engine says of itself."""
        return self.root / "engine.json"

    @property
    def engine_log(self) -> Path:
        """Where the engine and its supervisor log."""
        return self.root / "engine.log"

    def job(self, job_id: str) -> Path:
        """Folder of a job; a :class:`StoreError` for an id that none of our jobs can have."""
        return self.root / "jobs" / check_identifier(job_id)

    def snapshot(self, job_id: str) -> Path:
        """The job's copy of the project."""
        return self.job(job_id) / "snapshot"

    def trial(self, job_id: str, number: int) -> Path:
        """Folder of a trial's newest attempt."""
        return self.job(job_id) / "trials" / f"{check_number(number):03d}"

    def prepare(self) -> None:
        """Make the folder, for this user's eyes only, and see that a store can live there.

        The store holds the trials' tokens and the jobs' folders hold what they print: both are
        closed to others also where the folder itself was somebody's already.

        Raises
        ------
        StoreError
            When it is another account's, others can write in it, it cannot be written, or it lies on a
            network file system.
        """
        try:
            _make(self.root)
            _check_owner(self.root)
            _close_to_others(self.root / "jobs", self.database)
        except OSError as error:
            raise _not_writable(self.root, error) from None
        kind = file_system(self.root)
        if kind in _NETWORK:
            raise StoreError(
                text(
                    "The data folder {folder} is on a network file system ({kind}).",
                    folder=self.root,
                    kind=kind,
                ),
                text("Its database needs a local disk: set BAYESDESK_HOME to a folder on one."),
            )
        if not os.access(self.root, os.W_OK):
            raise _not_writable(self.root, None)

    def takes_writes(self) -> bool:
        """Whether there is room on the disk, and it lets itself be written just now."""
        try:
            with TemporaryFile(dir=self.root) as file:
                file.write(bytes(_ROOM_BYTES))
        except OSError:
            return False
        return True


def _not_writable(folder: Path, error: OSError | None) -> StoreError:
    reason = f" ({error.strerror})" if error and error.strerror else ""
    return StoreError(
        text("The data folder {folder} cannot be written{reason}.", folder=folder, reason=reason),
        text("Change its permissions, or set BAYESDESK_HOME to another folder."),
    )


def _make(folder: Path) -> None:
    """Make a folder and those above it that are missing, closed to others whatever the umask is."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def _check_owner(root: Path) -> None:
    """See that no other account can have written here, and that none can write."""
    status, own = root.stat(), own_account()
    if own is None:
        return
    is_others_link = root.is_symlink() and root.lstat().st_uid not in (0, own)
    if status.st_uid != own or is_others_link:
        raise StoreError(
            text("The data folder {folder} belongs to another account of this machine.", folder=root),
            text(
                "Set BAYESDESK_HOME to a folder of your own. If it is yours: sudo chown -R $USER {folder}",
                folder=root,
            ),
        )
    if is_writable_by_others(status):
        raise StoreError(
            text("Other accounts of this machine can write in the data folder {folder}.", folder=root),
            text("Look at what is in it, then close it: chmod go-w {folder}", folder=root),
        )


def _close_to_others(jobs: Path, store: Path) -> None:
    """Close what is ours in the data folder; SQLite gives its other files the store's mode."""
    jobs.mkdir(mode=0o700, exist_ok=True)
    ensure(store, 0o600)
    files = [path for path in store.parent.iterdir() if path.name.startswith(_OURS)]
    for path in (jobs, *files):
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode) and status.st_mode & 0o077:
            with suppress(PermissionError):  # another account's: root's, for nobody else writes here
                path.chmod(status.st_mode & 0o700)


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Type of the file system that holds ``path``; empty where it cannot be known."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = str(path.resolve())
    best, kind = "", ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount = fields[1].replace("\\040", " ")
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, fields[2]
    return kind
