"""The data folder: where Bayesdesk stores everything."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from bayescore.errors import NotWritableError, StoreError
from bayescore.files import ensure, is_writable_by_others, own_account, reason_of
from bayescore.i18n import text
from bayescore.store.identifiers import check_identifier, check_number

# WAL needs shared memory, which these file systems do not provide across machines.
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "beegfs", "9p"}
_NETWORK |= {"gpfs", "panfs", "ncpfs"}
_NETWORK |= {f"fuse.{name}" for name in ("sshfs", "glusterfs", "s3fs", "rclone", "ceph")}
_FILE_PREFIXES = ("store.", "engine.", "window.log", "cli.log", "migration.lock", "notifications.")
_OCTAL = re.compile(r"\\([0-7]{3})")  # how the mount table writes a space or a tab
READY_MARKER = ".ready"  # “.ready-ATTEMPT” in the folder of a trial: the folder is complete
_MIN_FREE_BYTES = 2**20  # with less, the disk counts as full


@dataclass(frozen=True)
class DataFolder:
    """Paths inside one data folder."""

    root: Path

    @classmethod
    def default(cls, variables: Mapping[str, str] = os.environ) -> DataFolder:
        """``BAYESDESK_HOME``, else the platform's folder for user data."""
        if chosen := variables.get("BAYESDESK_HOME"):
            return cls(Path(chosen).expanduser().absolute())
        from platformdirs import user_data_path

        return cls(user_data_path("bayesdesk", appauthor=False))

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.root / "store.sqlite3"

    def identity(self) -> tuple[int, int]:
        """Device and number of the folder: those of another one with its path differ."""
        status = self.root.stat()
        return status.st_dev, status.st_ino

    @property
    def engine_lock(self) -> Path:
        """Lock of the engine; one engine runs for a data folder."""
        return self.root / "engine.lock"

    @property
    def engine_info(self) -> Path:
        """Address, pid and start time of the running engine."""
        return self.root / "engine.json"

    @property
    def engine_stopped(self) -> Path:
        """Exists while the user wants no engine to run."""
        return self.root / "engine.stopped"

    @property
    def notifications(self) -> Path:
        """Addresses of notifications, which are secrets."""
        return self.root / "notifications.json"

    @property
    def engine_log(self) -> Path:
        """Log of the engine and its watchdog."""
        return self.root / "engine.log"

    def job(self, job_id: str) -> Path:
        """Folder of a job; raises :class:`StoreError` for an invalid id."""
        return self.root / "jobs" / check_identifier(job_id)

    def snapshot(self, job_id: str) -> Path:
        """Snapshot of the project of a job."""
        return self.job(job_id) / "snapshot"

    def trial(self, job_id: str, number: int) -> Path:
        """Folder of a trial's newest attempt."""
        return self.job(job_id) / "trials" / f"{check_number(number):03d}"

    def prepare(self) -> None:
        """Create the folder, private to this account, and check that it can hold a store.

        The store contains the tokens of the trials, and the folders of jobs contain their logs.  Both
        are made private even if the folder existed before and is not.

        Raises
        ------
        StoreError
            When the folder belongs to another account, can be written by others, cannot be written by this
            account, or is on a network file system.
        """
        try:
            _create(self.root)
            _check_owner(self.root)
            _make_private(self.root / "jobs", self.database)
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

    def is_writable(self) -> bool:
        """Whether a file can be written now: the disk is neither full nor read-only."""
        try:
            with TemporaryFile(dir=self.root) as file:
                file.write(bytes(_MIN_FREE_BYTES))
        except OSError:
            return False
        return True


def _not_writable(folder: Path, error: OSError | None) -> StoreError:
    if error is None:
        words = text("The data folder {folder} cannot be written.", folder=folder)
    else:
        reason = reason_of(error)
        words = text("The data folder {folder} cannot be written: {reason}.", folder=folder, reason=reason)
    return NotWritableError(
        words,
        text("Change its permissions, or set BAYESDESK_HOME to another folder."),
    )


def _create(folder: Path) -> None:
    """Create a folder and its missing parents, private whatever the umask."""
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)


def _check_owner(root: Path) -> None:
    """Check that the folder belongs to this account and that no other account can write in it."""
    status, own = root.stat(), own_account()
    if own is None:
        return
    is_foreign_link = root.is_symlink() and root.lstat().st_uid not in (0, own)
    if status.st_uid != own or is_foreign_link:
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
            text("Check its content, then remove the permission: chmod go-w {folder}", folder=root),
        )


def _make_private(jobs: Path, store: Path) -> None:
    """Make the files of Bayesdesk private; SQLite gives its other files the mode of the store."""
    jobs.mkdir(mode=0o700, exist_ok=True)
    ensure(store, 0o600)
    files = [path for path in store.parent.iterdir() if path.name.startswith(_FILE_PREFIXES)]
    for path in (jobs, *files):
        with suppress(FileNotFoundError):  # SQLite removes its log when the last connection closes
            _remove_other_permissions(path)


def _remove_other_permissions(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISLNK(status.st_mode) and status.st_mode & 0o077:
        with suppress(PermissionError):  # owned by root: no other account can write here
            path.chmod(status.st_mode & 0o700)


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Type of the file system that holds ``path``; empty where it is unknown (macOS, Windows).

    Reading the kernel's table touches no mount point, so that a dead network mount cannot block it.
    ``psutil`` reads the same table, but importing it would take longer than the rest of opening a store.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    best, kind = Path(), ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[1]))
        if resolved.is_relative_to(mount) and len(mount.parts) >= len(best.parts):
            best, kind = mount, fields[2]
    return kind
