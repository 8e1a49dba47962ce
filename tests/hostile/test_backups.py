"""Backups that somebody forged, and backups of what a trial left to do harm."""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from bayescore.app.job_requests import check_can_run
from bayescore.errors import ConfigError, StoreError
from bayescore.files import remove_tree
from bayescore.i18n import Text
from bayescore.store import Database, DataFolder, JobState, TrialState, backup, jobs, requests, trials
from bayescore.trials import Content, trial_folder
from bayescore.trials.supervisor.bounded_log import BoundedLog
from support.builders import a_submission
from support.workspace import Workspace


@pytest.fixture
def made(tmp_path: Path) -> DataFolder:
    """A data folder with a job under way."""
    database = Database(DataFolder(tmp_path / "made")).open()
    with database.write() as connection:
        job = jobs.add(connection, a_submission(runner="docker", endpoint="tcp://192.0.2.1:2375"))
        trials.add(connection, job.id, 1, {"x": 0.5}, "random")
    database.folder.snapshot(job.id).mkdir(parents=True)
    (database.folder.snapshot(job.id) / "main.py").write_text("print(1)")
    database.close()
    return database.folder


def forged(folder: DataFolder, file: Path, *statements: str) -> Path:
    """A backup whose store was changed by hand."""
    with closing(sqlite3.connect(folder.database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    database = Database(folder)
    backup.make(database, file)
    database.close()
    return file


def appended(file: Path, *members: tarfile.TarInfo) -> Path:
    """A backup with more members; a regular one holds its own name."""
    with tarfile.open(file, "a") as archive:
        for member in members:
            content = member.name.encode() if member.isreg() else b""
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def a_member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


# ---- ids


@pytest.mark.parametrize(
    "identifier", ["../../Documents", "/Documents", "", ".", "a/b", "jobs", "ABCDEFGH", "a" * 9]
)
def test_that_a_job_whose_id_leads_elsewhere_is_not_restored(
    made: DataFolder, tmp_path: Path, identifier: str
) -> None:
    documents = tmp_path / "Documents"
    documents.mkdir()
    (documents / "thesis.txt").write_text("mine")
    file = forged(
        made,
        tmp_path / "b.tar",
        "PRAGMA foreign_keys=OFF",
        f"UPDATE jobs SET id = '{identifier}'",
        f"UPDATE trials SET job = '{identifier}'",
    )
    home = DataFolder(tmp_path / "home")
    with pytest.raises(StoreError, match="forged"):
        backup.restore(home, file)
    assert not home.database.exists()
    assert (documents / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "identifier", ["../x", "", "a/b", ".", "..", "x" * 300, "ABCDEFGH", "abc\ndefg", "abcdefg0"]
)
def test_that_no_path_is_made_of_a_bad_id(tmp_path: Path, identifier: str) -> None:
    folder = DataFolder(tmp_path)
    for path in (folder.job, folder.snapshot, lambda each: folder.trial(each, 1)):
        with pytest.raises(StoreError, match="id"):
            path(identifier)


@pytest.mark.parametrize("number", ["'../../x'", "-1", "0", "1.5"])
def test_that_a_trial_whose_number_leads_elsewhere_is_not_restored(
    made: DataFolder, tmp_path: Path, number: str
) -> None:
    file = forged(made, tmp_path / "b.tar", f"UPDATE trials SET number = {number}")
    home = DataFolder(tmp_path / "home")
    try:
        backup.restore(home, file)
    except StoreError:
        return
    with Database(home).open().read() as connection:
        assert trials.unended(connection) == []
        assert [t for job in jobs.every(connection) for t in trials.of_job(connection, job.id)] == []


# ---- archives


def chain(target: Path) -> list[tarfile.TarInfo]:
    """Links each of which looks harmless, and which together lead up."""
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


def test_that_a_chain_of_links_leads_nowhere(made: DataFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("mine")
    file = appended(forged(made, tmp_path / "b.tar"), *chain(outside))
    home = DataFolder(tmp_path / "home")
    restored = backup.restore(home, file)
    assert {"jobs/device", "jobs/pipe", "jobs/hard2", "jobs/a", "jobs/b"} <= set(restored.left_out)
    assert sorted(os.listdir(outside)) == ["secret"]  # noqa: PTH208
    assert not list(tmp_path.glob("evil")) + list(Path("/").glob("evil"))
    real = home.root.resolve()
    for path in (home.root / "jobs").rglob("*"):
        assert path.resolve().is_relative_to(real), path
    assert (outside / "secret").stat().st_nlink == 1


def test_that_a_folder_of_jobs_that_is_a_link_is_not_taken(made: DataFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    whole = forged(made, tmp_path / "whole.tar")
    with tarfile.open(whole) as origin, tarfile.open(tmp_path / "b.tar", "w") as copy:
        for member in origin:
            if not member.name.startswith("jobs"):
                copy.addfile(member, origin.extractfile(member))
        copy.addfile(a_member("jobs", tarfile.SYMTYPE, str(outside)))
    home = DataFolder(tmp_path / "home")
    forgotten: list[bool] = []
    backup.restore(home, tmp_path / "b.tar", before=lambda: forgotten.append(home.database.exists()))
    assert forgotten == [False]
    assert (home.root / "jobs").is_dir()
    assert not (home.root / "jobs").is_symlink()


def test_that_a_compressed_bomb_is_no_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w:gz") as archive:
        member = tarfile.TarInfo("backup.json")
        member.size = 2**20
        archive.addfile(member, io.BytesIO(bytes(2**20)))
    with pytest.raises(StoreError, match="not a backup"):
        backup.read_about(tmp_path / "b.tar")


def with_folder_of_a_later_attempt(
    file: Path, made: DataFolder, number: int, attempt: int, *links: tarfile.TarInfo
) -> Path:
    """A backup with a trial's folder that says of itself that it is whole, and links in it."""
    (job,) = [path.name for path in (made.root / "jobs").iterdir()]
    root = f"jobs/{job}/trials/{number:03d}"
    folders = [a_member(f"{root}/{name}", tarfile.DIRTYPE) for name in ("output", "home", "spool")]
    for link in links:
        link.name = f"{root}/{link.name}"
    names = {link.name for link in links}
    return appended(
        file, *(f for f in folders if f.name not in names), *links, a_member(f"{root}/.ready-{attempt}")
    )


@pytest.mark.parametrize(("number", "attempt"), [(2, 1), (1, 2)])
@pytest.mark.parametrize("part", ["output", "home", "spool"])
def test_that_a_folder_of_the_backup_is_not_given_to_a_later_attempt(
    made: DataFolder, tmp_path: Path, number: int, attempt: int, part: str
) -> None:
    link = a_member(part, tarfile.SYMTYPE, "../../../..")
    file = with_folder_of_a_later_attempt(forged(made, tmp_path / "b.tar"), made, number, attempt, link)
    home = DataFolder(tmp_path / "home")
    restored = backup.restore(home, file)
    (job,) = [path.name for path in (home.root / "jobs").iterdir()]
    root = home.trial(job, number)
    assert any(name.endswith(part) for name in restored.left_out)
    assert not trial_folder.is_made(root, attempt)
    made_now = trial_folder.make(root, Content(attempt, home.snapshot(job), {}))
    assert not any(path.is_symlink() for path in (made_now.output, made_now.home, made_now.spool))


def test_that_a_folder_whose_parts_are_links_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    root, outside = tmp_path / "001", tmp_path / "outside"
    outside.mkdir()
    made = trial_folder.make(root, Content(1, tmp_path / "copy", {}))
    made.output.rename(tmp_path / "moved")
    made.output.symlink_to(outside)
    assert not trial_folder.is_made(root, 1)
    assert not trial_folder.make(root, Content(1, tmp_path / "copy", {})).output.is_symlink()
    assert not list(outside.iterdir())


def test_that_an_attempt_of_a_restored_trial_is_set_aside_and_not_lost(
    made: DataFolder, tmp_path: Path
) -> None:
    (job,) = [path.name for path in (made.root / "jobs").iterdir()]
    first = trial_folder.make(made.trial(job, 1), Content(1, made.snapshot(job), {}))
    (first.output / "weights").write_text("w")
    database = Database(made).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    home = DataFolder(tmp_path / "home")
    backup.restore(home, tmp_path / "b.tar")
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


def test_that_links_of_a_snapshot_and_an_output_stay_in_their_place(made: DataFolder, tmp_path: Path) -> None:
    (job,) = [path.name for path in (made.root / "jobs").iterdir()]
    links = [
        a_member(f"jobs/{job}/snapshot/self", tarfile.SYMTYPE, "."),
        a_member(f"jobs/{job}/snapshot/up", tarfile.SYMTYPE, "../trials"),
        a_member(f"jobs/{job}/trials/001/log.txt", tarfile.SYMTYPE, "../../../../confirmed.json"),
        a_member(f"jobs/{job}/trials/001/output/up", tarfile.SYMTYPE, "../spool"),
        a_member(f"jobs/{job}/trials/001/output/newest", tarfile.SYMTYPE, "a"),
        a_member(f"jobs/{job}/link", tarfile.SYMTYPE, "snapshot"),
    ]
    home = DataFolder(tmp_path / "home")
    restored = backup.restore(home, appended(forged(made, tmp_path / "b.tar"), *links))
    kept = {
        str(p.relative_to(home.root / "jobs" / job))
        for p in (home.root / "jobs").rglob("*")
        if p.is_symlink()
    }
    assert kept == {"snapshot/self", "trials/001/output/newest"}
    assert len(restored.left_out) == 4


# ---- the store


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE events", "CREATE VIEW events AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c"),
        ("ALTER TABLE events ADD COLUMN slow TEXT AS (hex(zeroblob(1000))) VIRTUAL",),
        ("DROP TABLE events",),
    ],
)  # fmt: skip
def test_that_a_store_with_more_than_tables_is_refused(
    made: DataFolder, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    file = forged(made, tmp_path / "b.tar", *statements)
    with pytest.raises(StoreError, match="not one of ours"):
        backup.restore(DataFolder(tmp_path / "home"), file)


def test_that_triggers_of_a_store_do_not_come_along(made: DataFolder, tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM jobs; END"
    home = DataFolder(tmp_path / "home")
    backup.restore(home, forged(made, tmp_path / "b.tar", trigger))
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").fetchone() == (
            0,
        )


def test_that_rows_of_another_kind_stay_behind(made: DataFolder, tmp_path: Path) -> None:
    file = forged(
        made,
        tmp_path / "b.tar",
        "INSERT INTO metrics (name) VALUES ('score')",
        "INSERT INTO points (job, trial, attempt, metric, value, at) VALUES (1, 1, 1, 1, 'text', 0)",
        "INSERT INTO points (job, trial, attempt, metric, value, at) VALUES (1, 1, 1, 1, 0.5, 0)",
        "UPDATE trials SET parameters = '" + "[" * 100_000 + "'",
    )
    home = DataFolder(tmp_path / "home")
    backup.restore(home, file)
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT value FROM points").fetchall() == [(0.5,)]
        assert connection.execute("SELECT count(*) FROM trials").fetchone() == (0,)


def test_that_restored_jobs_have_ended_and_call_no_address_of_the_file(
    made: DataFolder, tmp_path: Path
) -> None:
    home = DataFolder(tmp_path / "home")
    restored = backup.restore(home, forged(made, tmp_path / "b.tar"), docker="unix:///run/mine.sock")
    assert restored.stopped == 1
    with Database(home).open().read() as connection:
        (job,) = jobs.every(connection)
        (trial,) = trials.of_job(connection, job.id)
        assert (job.state, trial.state) == (JobState.CANCELLED, TrialState.CANCELLED)
        assert jobs.endpoints(connection) == ["unix:///run/mine.sock"]
        assert requests.unfinished(connection) == []


def test_that_a_job_of_a_cluster_is_not_sent_to_the_address_of_the_file(
    made: DataFolder, tmp_path: Path
) -> None:
    home = DataFolder(tmp_path / "home")
    backup.restore(
        home, forged(made, tmp_path / "b.tar", "UPDATE jobs SET runner = 'ray'"), docker="unix:///x"
    )
    with Database(home).open().read() as connection:
        (job,) = jobs.every(connection)
    assert job.submission.endpoint is None
    with pytest.raises(ConfigError, match="where it can run"):
        check_can_run(job)


def test_that_a_job_without_its_project_in_the_backup_does_not_go_on(
    made: DataFolder, tmp_path: Path
) -> None:
    remove_tree(made.root / "jobs")
    (made.root / "jobs").mkdir()
    home = DataFolder(tmp_path / "home")
    backup.restore(home, forged(made, tmp_path / "b.tar", "UPDATE jobs SET project = '/root'"))
    with Database(home).open().read() as connection:
        assert [job.submission.is_imported for job in jobs.every(connection)] == [True]


BOMBS = [
    '{"text": "{a:>9999999999}", "arguments": {"a": "x"}}',
    '{"text": "{a.__class__.__mro__}", "arguments": {"a": "x"}}',
    '{"text": "{a[0]}", "arguments": {"a": "x"}}',
    '{"text": "{a!r:>99}", "arguments": {"a": "x"}}',
    '{"text": "{missing}", "arguments": {}}',
    '{"text": "{", "arguments": {}}',
    '{"text": "{a:d}", "arguments": {"a": "x"}}',
    '{"text": "{0}", "arguments": {}}',
]


@pytest.mark.parametrize("stored", BOMBS)
def test_that_a_message_of_a_foreign_store_is_shown_letter_by_letter(stored: str) -> None:
    assert str(Text.from_json(stored)).startswith("{")


@pytest.mark.parametrize(
    "stored", ["[]", "{}", "1", '{"text": "x"}', '{"text": 1, "arguments": []}', "[" * 100_000]
)
def test_that_what_is_no_message_is_refused(stored: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Text.from_json(stored)


# ---- what a trial left


def test_that_a_sparse_file_fills_no_disk(made: DataFolder, tmp_path: Path) -> None:
    (folder,) = (made.root / "jobs").iterdir()
    output = folder / "trials" / "001" / "output"
    output.mkdir(parents=True)
    with (output / "huge").open("wb") as file:
        file.truncate(2**42)
        file.seek(2**41)
        file.write(b"data")
    database = Database(made).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    assert (tmp_path / "b.tar").stat().st_size < 2**21
    home = DataFolder(tmp_path / "home")
    backup.restore(home, tmp_path / "b.tar")
    found = home.root / (output / "huge").relative_to(made.root)
    assert (found.stat().st_size, found.stat().st_blocks * 512 < 2**21) == (2**42, True)
    with found.open("rb") as file:
        file.seek(2**41)
        assert file.read(5) == b"data\0"


def test_that_many_names_of_one_file_are_packed_once(made: DataFolder, tmp_path: Path) -> None:
    (folder,) = (made.root / "jobs").iterdir()
    output = folder / "trials" / "001" / "output"
    output.mkdir(parents=True)
    (output / "first").write_bytes(os.urandom(2**20))
    for number in range(50):
        (output / f"name-{number}").hardlink_to(output / "first")
    database = Database(made).open()
    backup.make(database, tmp_path / "b.tar", outputs=True)
    database.close()
    assert (tmp_path / "b.tar").stat().st_size < 2**22
    home = DataFolder(tmp_path / "home")
    backup.restore(home, tmp_path / "b.tar")
    found = home.root / output.relative_to(made.root)
    assert (found / "name-7").read_bytes() == (output / "first").read_bytes()
    assert (found / "first").stat().st_nlink == 51


def test_that_secrets_in_clear_text_are_left_out_unless_asked_for(workspace: Workspace) -> None:
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


def test_that_a_backup_is_not_written_through_a_link(made: DataFolder, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    place = tmp_path / "place"
    place.mkdir()
    (place / ".b.tar.partial").symlink_to(mine)
    (place / ".b.tar.store").symlink_to(mine)
    (place / "dangling.tar").symlink_to(tmp_path / "nowhere")
    database = Database(made)
    backup.make(database, place / "b.tar")
    with pytest.raises(StoreError, match="exists"):
        backup.make(database, place / "dangling.tar")
    database.close()
    assert mine.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
