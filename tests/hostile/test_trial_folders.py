"""Folders of trials that a program or a backup has manipulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.store import Database, DataFolder, backup
from bayescore.store.restore import restore
from bayescore.trials import Content, trial_folder
from bayescore.trials.supervisor.bounded_log import BoundedLog


def test_that_a_trial_folder_with_links_is_created_again(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    root, outside = tmp_path / "001", tmp_path / "outside"
    outside.mkdir()
    made = trial_folder.make(root, Content(1, tmp_path / "copy", {}))
    made.output.rename(tmp_path / "moved")
    made.output.symlink_to(outside)
    assert not trial_folder.is_made(root, 1)
    assert not trial_folder.make(root, Content(1, tmp_path / "copy", {})).output.is_symlink()
    assert not list(outside.iterdir())


def test_that_the_previous_attempt_of_a_restored_trial_is_kept(source: DataFolder, tmp_path: Path) -> None:
    (job,) = [path.name for path in (source.root / "jobs").iterdir()]
    first = trial_folder.make(source.trial(job, 1), Content(1, source.snapshot(job), {}))
    (first.output / "weights").write_text("w")
    database = Database(source).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    home = DataFolder(tmp_path / "home")
    restore(home, tmp_path / "b.tar")
    trial_folder.make(home.trial(job, 1), Content(2, home.snapshot(job), {}))
    assert (home.job(job) / "trials" / "001.1" / "output" / "weights").read_text() == "w"


@pytest.mark.parametrize("fresh", [True, False])
def test_that_a_log_is_not_written_through_a_link(tmp_path: Path, fresh: bool) -> None:
    mine = tmp_path / "confirmed.json"
    mine.write_text("mine")
    (tmp_path / "log.txt").symlink_to(mine)
    log = BoundedLog(str(tmp_path / "log.txt"), half=100, fresh=fresh)
    log.write(b"x" * 90)
    log.write(b"y" * 90)
    log.close()
    assert mine.read_text() == "mine"
    assert (tmp_path / "log.txt").read_bytes() == b"y" * 90
