"""Backups of hostile outputs of trials, and of secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import Database, DataFolder, backup
from bayescore.store.restore import restore
from support.workspace import Workspace


def test_that_a_sparse_file_is_backed_up_and_restored_as_sparse(source: DataFolder, tmp_path: Path) -> None:
    (folder,) = (source.root / "jobs").iterdir()
    output = folder / "trials" / "001" / "output"
    output.mkdir(parents=True)
    with (output / "huge").open("wb") as file:
        file.truncate(2**42)
        file.seek(2**41)
        file.write(b"data")
    database = Database(source).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    assert (tmp_path / "b.tar").stat().st_size < 2**21
    home = DataFolder(tmp_path / "home")
    restore(home, tmp_path / "b.tar")
    found = home.root / (output / "huge").relative_to(source.root)
    assert (found.stat().st_size, found.stat().st_blocks * 512 < 2**21) == (2**42, True)
    with found.open("rb") as file:
        file.seek(2**41)
        assert file.read(5) == b"data\0"


def test_that_hard_links_to_a_file_are_packed_once(source: DataFolder, tmp_path: Path) -> None:
    (folder,) = (source.root / "jobs").iterdir()
    output = folder / "trials" / "001" / "output"
    output.mkdir(parents=True)
    (output / "first").write_bytes(os.urandom(2**20))
    for number in range(50):
        (output / f"name-{number}").hardlink_to(output / "first")
    database = Database(source).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    assert (tmp_path / "b.tar").stat().st_size < 2**22
    home = DataFolder(tmp_path / "home")
    restore(home, tmp_path / "b.tar")
    found = home.root / output.relative_to(source.root)
    assert (found / "name-7").read_bytes() == (output / "first").read_bytes()
    assert (found / "first").stat().st_nlink == 51


def test_that_clear_text_secrets_are_backed_up_only_on_request(workspace: Workspace) -> None:
    secret = {"parameters": {"KEY": {"is_secret": True, "value": "very-secret-9"}}}
    workspace.write(max_job_count=1, root=secret)
    assert workspace.tune()["state"] == "succeeded"
    without, with_ = workspace.root / "without.tar", workspace.root / "with.tar"
    done = workspace.run("backup", str(without), "--outputs")
    assert "--secrets" in done.out
    assert b"very-secret-9" not in without.read_bytes()
    workspace.run("backup", str(with_), "--outputs", "--secrets")
    assert b"very-secret-9" in with_.read_bytes()
    assert {without.stat().st_mode & 0o777, with_.stat().st_mode & 0o777} == {0o600}


def test_that_a_backup_is_not_written_through_a_link(source: DataFolder, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    place = tmp_path / "place"
    place.mkdir()
    (place / ".b.tar.partial").symlink_to(mine)
    (place / ".b.tar.store").symlink_to(mine)
    (place / "dangling.tar").symlink_to(tmp_path / "nowhere")
    database = Database(source)
    backup.make(database, place / "b.tar")
    with pytest.raises(StoreError, match="exists"):
        backup.make(database, place / "dangling.tar")
    database.close()
    assert mine.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
