"""Backups with forged archive members: links, devices, folders of later attempts."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from bayescore.errors import StoreError
from bayescore.store import DataFolder
from bayescore.store.backup import read_manifest
from bayescore.store.restore import restore
from bayescore.trials import Content, trial_folder
from hostile.forging import a_member, add_members, forge_backup


def chain(target: Path) -> list[tarfile.TarInfo]:
    """Links that lead outside together, though each one alone stays inside."""
    return [
        a_member("jobs/a", tarfile.SYMTYPE, "."),
        a_member("jobs/b", tarfile.SYMTYPE, "a/.."),
        a_member("jobs/c", tarfile.SYMTYPE, "b/.."),
        a_member("jobs/d", tarfile.SYMTYPE, "c/.."),
        a_member("jobs/a/b/c/d/evil"),
        a_member("jobs/d/evil"),
        a_member("jobs/out", tarfile.SYMTYPE, str(target)),
        a_member("jobs/out/evil"),
        a_member("jobs/hard", tarfile.LNKTYPE, "jobs/out/secret"),
        a_member("jobs/hard2", tarfile.LNKTYPE, "../outside/secret"),
        a_member("jobs/" + "x/" * 200 + "up", tarfile.SYMTYPE, "../" * 201 + "outside"),
        a_member("jobs/" + "x/" * 200 + "up/evil"),
        a_member("jobs/device", tarfile.CHRTYPE),
        a_member("jobs/pipe", tarfile.FIFOTYPE),
    ]


def test_that_a_chain_of_links_does_not_lead_outside(source: DataFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("mine")
    file = add_members(forge_backup(source, tmp_path / "b.tar"), *chain(outside))
    home = DataFolder(tmp_path / "home")
    restored = restore(home, file)
    assert {"jobs/device", "jobs/pipe", "jobs/hard2", "jobs/a", "jobs/b"} <= set(restored.left_out)
    assert sorted(os.listdir(outside)) == ["secret"]  # noqa: PTH208
    assert not list(tmp_path.glob("evil")) + list(Path("/").glob("evil"))
    real = home.root.resolve()
    for path in (home.root / "jobs").rglob("*"):
        assert path.resolve().is_relative_to(real), path
    assert (outside / "secret").stat().st_nlink == 1


def test_that_a_link_in_place_of_the_jobs_folder_is_not_restored(source: DataFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    whole = forge_backup(source, tmp_path / "whole.tar")
    with tarfile.open(whole) as origin, tarfile.open(tmp_path / "b.tar", "w") as copy:
        for member in origin:
            if not member.name.startswith("jobs"):
                copy.addfile(member, origin.extractfile(member))
        copy.addfile(a_member("jobs", tarfile.SYMTYPE, str(outside)))
    home = DataFolder(tmp_path / "home")
    forgotten: list[bool] = []
    restore(home, tmp_path / "b.tar", before_replace=lambda: forgotten.append(home.database.exists()))
    assert forgotten == [False]
    assert (home.root / "jobs").is_dir()
    assert not (home.root / "jobs").is_symlink()


def test_that_a_compressed_archive_is_not_accepted_as_a_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w:gz") as archive:
        member = tarfile.TarInfo("backup.json")
        member.size = 2**20
        archive.addfile(member, io.BytesIO(bytes(2**20)))
    with pytest.raises(StoreError, match="not a backup"):
        read_manifest(tmp_path / "b.tar")


def with_folder_of_a_later_attempt(
    file: Path, source: DataFolder, number: int, attempt: int, *links: tarfile.TarInfo
) -> Path:
    """A backup with a trial folder that contains links and is marked as ready."""
    (job,) = [path.name for path in (source.root / "jobs").iterdir()]
    root = f"jobs/{job}/trials/{number:03d}"
    folders = [a_member(f"{root}/{name}", tarfile.DIRTYPE) for name in ("output", "home", "spool")]
    for link in links:
        link.name = f"{root}/{link.name}"
    names = {link.name for link in links}
    return add_members(
        file, *(f for f in folders if f.name not in names), *links, a_member(f"{root}/.ready-{attempt}")
    )


@pytest.mark.parametrize(("number", "attempt"), [(2, 1), (1, 2)])
@pytest.mark.parametrize("part", ["output", "home", "spool"])
def test_that_a_folder_in_a_backup_is_not_used_for_a_later_attempt(
    source: DataFolder, tmp_path: Path, number: int, attempt: int, part: str
) -> None:
    link = a_member(part, tarfile.SYMTYPE, "../../../..")
    file = with_folder_of_a_later_attempt(
        forge_backup(source, tmp_path / "b.tar"), source, number, attempt, link
    )
    home = DataFolder(tmp_path / "home")
    restored = restore(home, file)
    (job,) = [path.name for path in (home.root / "jobs").iterdir()]
    root = home.trial(job, number)
    assert any(name.endswith(part) for name in restored.left_out)
    assert not trial_folder.is_made(root, attempt)
    made_now = trial_folder.make(root, Content(attempt, home.snapshot(job), {}))
    assert not any(path.is_symlink() for path in (made_now.output, made_now.home, made_now.spool))


def test_that_links_are_restored_only_if_they_stay_in_their_snapshot_or_output(
    source: DataFolder, tmp_path: Path
) -> None:
    (job,) = [path.name for path in (source.root / "jobs").iterdir()]
    links = [
        a_member(f"jobs/{job}/snapshot/self", tarfile.SYMTYPE, "."),
        a_member(f"jobs/{job}/snapshot/up", tarfile.SYMTYPE, "../trials"),
        a_member(f"jobs/{job}/trials/001/log.txt", tarfile.SYMTYPE, "../../../../confirmed.json"),
        a_member(f"jobs/{job}/trials/001/output/up", tarfile.SYMTYPE, "../spool"),
        a_member(f"jobs/{job}/trials/001/output/newest", tarfile.SYMTYPE, "a"),
        a_member(f"jobs/{job}/link", tarfile.SYMTYPE, "snapshot"),
    ]
    home = DataFolder(tmp_path / "home")
    restored = restore(home, add_members(forge_backup(source, tmp_path / "b.tar"), *links))
    kept = {
        str(p.relative_to(home.root / "jobs" / job))
        for p in (home.root / "jobs").rglob("*")
        if p.is_symlink()
    }
    assert kept == {"snapshot/self", "trials/001/output/newest"}
    assert len(restored.left_out) == 4
