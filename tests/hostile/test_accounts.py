"""Other accounts of the machine: their files are not used, and they cannot read ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bayescore.config import OpenBayesConfig, load_text
from bayescore.errors import RunnerError, StoreError
from bayescore.store import Database, DataFolder, job_secrets, runtime_folders
from support.accounts import NOBODY, as_nobody, needs_accounts, shared_memory
from support.builders import FILE
from support.workspace import Workspace

JOB = "abcdefgh"
VALUE = "very-secret-9"


def with_secret() -> OpenBayesConfig:
    config = load_text(
        FILE.replace("command:", "parameters: {KEY: {is_secret: true, source: env, env: K}}\ncommand:", 1)
    ).config
    assert config is not None
    return config


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return shared_memory(tmp_path, monkeypatch)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "home")
    folder.prepare()
    return folder


PREPARE = """
place = sys.argv[1] + "/bayesdesk-0"
kind = sys.argv[2]
if kind == "folder":
    os.mkdir(place, 0o777)
    os.mkdir(place + "/" + sys.argv[3], 0o777)
    open(place + "/" + sys.argv[3] + "/abcdefgh.json", "w").close()
else:
    os.mkdir(sys.argv[1] + "/theirs", 0o777)
    os.symlink(sys.argv[1] + "/theirs", place)
"""
LOOK = """
for place, _, files in os.walk(sys.argv[1]):
    for name in files:
        try:
            print(open(os.path.join(place, name)).read())
        except OSError:
            pass
"""


@needs_accounts
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_that_no_secret_is_written_to_a_folder_prepared_by_another_account(
    memory: Path, data: DataFolder, kind: str
) -> None:
    (probe,) = [p for p in runtime_folders.runtime_folders(data, make=True) if p.is_relative_to(memory)]
    probe.rmdir()
    probe.parent.rmdir()
    as_nobody(PREPARE, memory, kind, probe.name)
    job_secrets.save(data, JOB, {"KEY": VALUE})
    assert VALUE not in as_nobody(LOOK, memory)
    (kept,) = data.root.rglob(f"{JOB}.json")
    assert kept.stat().st_mode & 0o077 == 0
    assert job_secrets.load(data, JOB, with_secret()) == {"KEY": VALUE}
    job_secrets.forget(data, JOB)
    assert not kept.exists()


@needs_accounts
def test_that_a_secret_from_another_account_is_not_taken(memory: Path, data: DataFolder) -> None:
    job_secrets.save(data, JOB, {"KEY": VALUE})
    (kept,) = memory.rglob(f"{JOB}.json")
    assert VALUE not in as_nobody(LOOK, memory)
    os.chown(kept, NOBODY, NOBODY)
    with pytest.raises(RunnerError, match="gone"):
        job_secrets.load(data, JOB, with_secret())


def test_that_secrets_are_not_written_through_links_and_are_found_in_any_runtime_folder(
    memory: Path, data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "run"
    mine.mkdir(mode=0o700)
    job_secrets.save(data, JOB, {"KEY": "in memory"})
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(mine))  # a command that the engine does not resemble
    assert job_secrets.load(data, JOB, with_secret()) == {"KEY": "in memory"}
    job_secrets.save(data, JOB, {"KEY": "newer"})
    assert not list(memory.rglob("*.json"))
    (kept,) = mine.rglob("*.json")
    kept.unlink()
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    kept.symlink_to(outside)
    with pytest.raises(RunnerError, match="gone"):
        job_secrets.load(data, JOB, with_secret())
    job_secrets.save(data, JOB, {"KEY": "newest"})
    assert outside.read_text() == "mine"
    mine.chmod(0o755)  # not for this account alone any more
    job_secrets.save(data, JOB, {"KEY": "closed"})
    assert json.loads(next(memory.rglob("*.json")).read_text()) == {"KEY": "closed"}


@pytest.mark.parametrize(
    "identifier", ["../../up", "abc", "ABCDEFGH", "abcdefg/", "", "abcdefgh\n", "abcdefg\u0430"]
)
def test_that_only_a_valid_id_becomes_part_of_a_path(data: DataFolder, identifier: str) -> None:
    for use in (
        data.job,
        data.snapshot,
        lambda identifier: data.trial(identifier, 1),
        lambda identifier: job_secrets.save(data, identifier, {"KEY": "x"}),
        lambda identifier: job_secrets.forget(data, identifier),
    ):
        with pytest.raises(StoreError, match="not the id"):
            use(identifier)


@pytest.mark.parametrize("number", [0, -1, True, "1/../../..", 1.5])
def test_that_only_a_valid_number_becomes_part_of_a_path(data: DataFolder, number: object) -> None:
    with pytest.raises(StoreError, match="not the number"):
        data.trial(JOB, number)  # type: ignore[arg-type]


def test_that_a_data_folder_writable_by_others_is_refused_with_a_hint(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.data.root.mkdir(mode=0o700)
    for mode in (0o777, 0o1777, 0o770 if os.geteuid() else 0o702):
        workspace.data.root.chmod(mode)
        with pytest.raises(StoreError, match="chmod go-w"):
            Database(workspace.data).open()
    said = workspace.run("doctor", "--json").out
    assert "chmod go-w" in said
    workspace.data.root.chmod(0o755)
    Database(workspace.data).open().close()
    workspace.root.chmod(0o777)
    checks = {c["topic"]: c for c in workspace.run("doctor", "--json").json()["checks"]}
    assert (checks["data"]["grade"], checks["way"]["grade"]) == ("ok", "warning")
    assert str(workspace.root) in checks["way"]["message"]


@needs_accounts
def test_that_a_data_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, NOBODY, NOBODY)
    with pytest.raises(StoreError, match="chown"):
        DataFolder(theirs).prepare()
    assert not list(theirs.iterdir())


def test_that_files_of_bayesdesk_are_private_whatever_the_umask(workspace: Workspace) -> None:
    before = os.umask(0)
    try:
        workspace.write(max_job_count=1)
        workspace.environment["BAYESDESK_HOME"] = str(workspace.root / "made" / "home")
        workspace.tune()
        open_ = [
            str(p)
            for p in (
                (workspace.root / "made"),
                *(workspace.root / "made").glob("*"),
                *(workspace.root / "made" / "home").glob("*"),
            )
            if p.lstat().st_mode & 0o077
        ]
    finally:
        os.umask(before)
        workspace.run("engine", "stop", "--and-trials")
    assert open_ == []
