"""A project gets nothing of the machine without the user's confirmation."""

from __future__ import annotations

import json
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bayescore
import bayesdesk
from bayescore.app import consent, job_requests
from bayescore.app.options import Options
from bayescore.app.permissions import Kind, listed, permissions_of
from bayescore.app.preflight import preflight
from bayescore.app.prepare import Prepared, prepare
from bayescore.config import LocalSettings
from bayescore.store import Database, DataFolder, Input, backup, jobs, requests
from support import commands
from support.builders import a_submission
from support.workspace import BIN, REPORT_X, Workspace

SECRET = {"key": {"is_secret": True, "source": "env", "env": "AWS_SECRET_ACCESS_KEY"}}
START = ("gear", "run", "hypertuning")
QUIET = "raise SystemExit(0)\n"


@pytest.fixture
def clone(workspace: Workspace) -> Workspace:
    """A cloned project without confirmations."""
    workspace.allows = False
    workspace.environment.update(AWS_SECRET_ACCESS_KEY="of the reader", HOME=str(home(workspace)))
    return workspace


def home(workspace: Workspace) -> Path:
    made = workspace.root / "user"
    made.mkdir(exist_ok=True)
    return made


def write(clone: Workspace, bindings: list[dict[str, Any]] | None = None, **local: Any) -> None:
    clone.write(
        QUIET, max_job_count=1, root={"data_bindings": bindings or [], "parameters": SECRET}, local=local
    )


def started(clone: Workspace) -> int:
    if not clone.data.database.exists():
        return 0
    with clone.reading() as connection:
        return len(jobs.every(connection))


def docker_job(project: Path, **changes: Any) -> Any:
    """A prepared job on a machine with a Docker engine."""
    fields = {"runner": "docker", "endpoint": "unix:///run/docker.sock", "image": "python:3.11"}
    return a_submission(project=str(project), **{**fields, **changes})


# ---- the command line


def test_that_a_cloned_project_gets_no_folder_variable_or_account_without_confirmation(
    clone: Workspace,
) -> None:
    write(clone, [{"data": "~", "path": "/input0", "type": "READ_WRITE"}])
    refused = clone.run(*START, "--json")
    assert refused.code == 2
    assert refused.out == ""
    assert started(clone) == 0
    for word in (
        "without a container",
        "python main.py",
        f"{home(clone)}: ",
        "CHANGE",
        "AWS_SECRET_ACCESS_KEY",
    ):
        assert word in refused.err
    assert "--yes" in refused.err
    assert "of the reader" not in refused.err


def test_that_yes_confirms_what_is_requested_now_and_additions_are_asked_again(clone: Workspace) -> None:
    write(clone, [{"data": "~", "path": "/input0", "type": "ro"}])
    assert clone.run(*START, "--json", "--yes").json()["id"]
    assert clone.run(*START, "--detach").code == 0
    write(clone, [{"data": "~", "path": "/input0", "type": "rw"}])
    refused = clone.run(*START)
    assert refused.code == 2
    assert "CHANGE" in refused.err
    assert "AWS_SECRET_ACCESS_KEY" not in refused.err  # already confirmed
    assert started(clone) == 2
    write(clone)
    assert clone.run(*START, "--detach").code == 0
    shutil.copytree(clone.project, clone.root / "another")
    assert clone.run(*START, "--project", str(clone.root / "another")).code == 2


def test_that_confirmations_are_private_to_the_account_and_a_damaged_file_confirms_nothing(
    clone: Workspace,
) -> None:
    write(clone)
    assert clone.run(*START, "--detach", "--yes").code == 0
    file = clone.data.root / "confirmed.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_bytes()
    for damaged in (b"", b"[]", b'{"projects": [], "jobs": {}}', b"[" * 100_000, b"\xff", kept[:-9]):
        file.write_bytes(damaged)
        assert clone_asks(clone)
    file.write_bytes(kept)
    assert not clone_asks(clone)
    file.chmod(0o666)
    assert clone_asks(clone)
    file.unlink()
    assert clone_asks(clone)


def clone_asks(clone: Workspace) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SECRET_ACCESS_KEY", "of the reader")
        return bool(consent.unconfirmed(clone.data, prepare(clone.project, Options())))


@pytest.mark.parametrize(("answer", "code", "count"), [("n", 1, 0), ("", 1, 0), ("y", 0, 1)])
def test_that_a_user_at_a_terminal_is_asked_once(
    clone: Workspace, answer: str, code: int, count: int
) -> None:
    write(clone)
    said, ended = on_a_terminal(clone, answer, *START, "--detach")
    assert "AWS_SECRET_ACCESS_KEY" in said
    assert "Start? [y/N]" in said
    assert (ended, started(clone)) == (code, count)
    if count:
        again = clone.run(*START, "--detach")
        assert (again.code, started(clone)) == (0, 2)


def on_a_terminal(clone: Workspace, answer: str, *arguments: str) -> tuple[str, int]:
    """Output and exit code of a command on a terminal whose user answers."""
    said, code = commands.on_terminal(
        [BIN / "bayesdesk", *arguments],
        clone.project,
        clone._environment({"TERM": "dumb"}),
        typed=f"{answer}\n",
        question="[y/N]",
    )
    return said.decode(), code


def test_that_options_of_the_command_line_need_no_confirmation(clone: Workspace, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    clone.write(QUIET, max_job_count=1, local={"runner": "docker"})
    written = ("--runner", "process", "-d", f"{tmp_path / 'set'}:/input0:rw", "--detach")
    assert clone.run(*START, *written).code == 0
    assert started(clone) == 1
    assert not json.loads((clone.data.root / "confirmed.json").read_bytes())["projects"]
    job = clone.run("show", "last", "--json").json()["id"]
    clone.wait_ended(job)
    assert clone.run("continue", job, "--trials", "1", "--detach").code == 0


# ---- what counts as outside


def prepared(clone: Workspace, options: Options | None = None) -> Prepared:
    """The job of a project, prepared as by the command line."""
    made = prepare(clone.project, options or Options())
    assert made.submission is not None
    return made


def lines(made: Prepared) -> set[str]:
    return {line for permission in made.permissions for line in permission.lines}


def test_that_links_and_names_of_the_clone_do_not_hide_a_folder(workspace: Workspace, tmp_path: Path) -> None:
    secret, own = tmp_path / "secret", workspace.project / "own"
    secret.mkdir()
    own.mkdir(parents=True)
    (workspace.project / "innocent").symlink_to(secret)
    (workspace.project / "through").symlink_to(tmp_path)
    bindings = [
        {"data": "own", "path": "/input0", "type": "rw"},
        {"data": "innocent", "path": "/input1"},
        {"data": "through/secret", "path": "/input2", "type": "rw"},
        {"data": "lab/mnist/1", "path": "/output", "type": "rw"},
    ]
    local = {"data": {"lab/mnist/1": "../secret", str(own): "innocent"}}
    workspace.write(root={"data_bindings": bindings}, local=local)
    made = prepared(workspace)
    assert lines(made) == {"process", f"read {secret}", f"write {secret}"}
    assert "copied into the output" in str(
        listed(permissions_of(replace(made.submission, inputs=made.submission.inputs[3:]), None))
    )
    for by_link in ("innocent:/input1", "lab/mnist/1:/input1", "through/secret:/input1", f"{own}:/input1"):
        options = Options(data=(by_link,), runner="process")
        assert lines(prepared(workspace, options)) == {f"read {secret}"}, by_link
    for written in ("own:/input1", f"{secret}:/input1:rw", "../secret:/input1"):
        assert not prepared(workspace, Options(data=(written,), runner="process")).permissions, written


def test_that_the_home_folder_as_project_needs_confirmation_for_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "user" / ".ssh"
    submission = docker_job(tmp_path / "user", inputs=(Input(str(keys), "/input0"),))
    assert [permission.kind for permission in permissions_of(submission, tmp_path / "user")] == [Kind.NETWORK]
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    asked = permissions_of(submission, tmp_path / "user")
    assert [permission.lines for permission in asked if permission.lines] == [{f"read {keys}"}]


def test_that_a_container_job_without_requests_needs_no_confirmation(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "home")
    (tmp_path / "project" / "data").mkdir(parents=True)
    inside = Input(str(tmp_path / "project" / "data"), "/input0", writable=True)
    submission = docker_job(tmp_path / "project", inputs=(inside,))
    found = permissions_of(submission, tmp_path / "project")
    assert [(permission.kind, permission.lines) for permission in found] == [(Kind.NETWORK, frozenset())]
    assert consent.unconfirmed(folder, Prepared(submission, {}, (), found)) == ()
    outside = replace(submission, inputs=(Input(str(tmp_path), "/input0"),))
    asked = consent.unconfirmed(
        folder, Prepared(outside, {}, (), permissions_of(outside, tmp_path / "project"))
    )
    assert [permission.kind for permission in asked] == [Kind.READ, Kind.NETWORK]


def test_that_a_registry_mirror_and_a_cluster_need_confirmation(tmp_path: Path) -> None:
    mirrored = docker_job(tmp_path, local=LocalSettings(registry_mirror="evil.example.com"))
    assert {"mirror evil.example.com"} in [
        permission.lines for permission in permissions_of(mirrored, tmp_path)
    ]
    cluster = docker_job(
        tmp_path,
        runner="ray",
        endpoint="ray:process@evil.example.com:6379?180",
        inputs=(Input("/data", "/input0", nodes={"lab-2": "/etc"}),),
    )
    found = {line for permission in permissions_of(cluster, tmp_path) for line in permission.lines}
    assert found == {"cluster evil.example.com:6379", "process on nodes", "read /data", "read lab-2:/etc"}


def test_that_the_checks_do_not_contact_a_cluster_before_it_is_confirmed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(address: str) -> None:
        raise AssertionError(address)

    monkeypatch.setattr("bayescore.cluster.connection.check", lambda _address: None)
    monkeypatch.setattr("bayescore.cluster.connection.connect", connect)
    workspace.write(local={"runner": "ray", "ray": {"address": "evil.example.com:6379"}, "image": "python"})
    workspace.data.root.mkdir()
    found = preflight(workspace.project, Options(), workspace.data.root)
    assert found.may_start
    assert found.unconfirmed[0].kind is Kind.CLUSTER
    with pytest.raises(AssertionError, match="evil"):
        preflight(
            workspace.project, Options(runner="ray", address="evil.example.com:6379"), workspace.data.root
        )


def test_that_a_name_cannot_add_a_line_to_the_list_or_reverse_its_direction(tmp_path: Path) -> None:
    odd = tmp_path / "set\n- nothing else\u202e\x1b[2J"
    submission = docker_job(tmp_path / "project", inputs=(Input(str(odd), "/input0"),))
    said = str(listed(permissions_of(submission, tmp_path / "project")))
    assert len(said.splitlines()) == 2  # the folder, the network
    assert "set\ufffd- nothing else\ufffd\ufffd[2J" in said


# ---- jobs that were not started here


@pytest.mark.parametrize(
    ("folder", "writable", "asks"),
    [
        (".", True, True), (".", False, False), ("data", True, False), ("home", False, True),
        ("repo", True, True), ("repo", False, False), ("repo/.git/hooks", True, True), ("home/jobs", False, True),
    ],
)  # fmt: skip
def test_that_confirmed_programs_and_the_files_of_confirmations_need_confirmation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, writable: bool, asks: bool
) -> None:
    project = tmp_path / "project"
    for name in ("data", "repo/.git/hooks"):
        (project / name).mkdir(parents=True)
    (project / "openbayes.yaml").touch()
    monkeypatch.setenv("BAYESDESK_HOME", str((project if folder.startswith("home") else tmp_path) / "home"))
    source = project / folder
    source.mkdir(parents=True, exist_ok=True)
    submission = docker_job(project, inputs=(Input(str(source), "/input0", writable),))
    assert (
        any(permission.kind in (Kind.READ, Kind.WRITE) for permission in permissions_of(submission, project))
        == asks
    )


def test_that_a_command_cannot_overwrite_its_description_on_the_terminal(tmp_path: Path) -> None:
    command = "python main.py” is harmless and reads nothing." + " " * 400 + "\n\n“" + "x" * 1000
    submission = a_submission(project=str(tmp_path))
    submission = replace(submission, config=submission.config.model_copy(update={"command": command}))
    (said,) = [
        str(permission.text)
        for permission in permissions_of(submission, tmp_path)
        if permission.kind is Kind.PROCESS
    ]
    assert said.index("everything that you can") < said.index("harmless")
    assert len(said) < 400
    assert "  " not in said


def test_that_a_restored_job_needs_confirmation_before_it_continues(clone: Workspace, tmp_path: Path) -> None:
    write(clone)
    job = clone.run(*START, "--json", "--yes").json()["id"]
    backup.make(clone.database(), tmp_path / "jobs.tar.gz")
    other = Workspace(tmp_path / "other", dict(clone.environment), allows=False)
    other.root.mkdir()
    try:
        assert other.run("restore", str(tmp_path / "jobs.tar.gz")).code == 0
        for command in (("continue", job, "--trials", "1"), ("rerun", job, "1")):
            refused = other.run(*command)
            assert refused.code == 2
            assert f"Job {job} was not started here" in refused.err
            assert "without a container" in refused.err
            assert "AWS_SECRET_ACCESS_KEY" in refused.err
        assert other.run("continue", "--yes", job, "--trials", "1", "--json").json()["trials"][1:]
        assert other.run("rerun", job, "1", "--detach").code == 0  # confirmed before
        other.run("engine", "stop", "--and-trials")
        assert other.run("restore", str(tmp_path / "jobs.tar.gz"), "--replace").code == 0
        assert other.run("rerun", job, "1").code == 2  # the project may have been replaced
    finally:
        other.close()


def test_that_a_forged_job_cannot_use_the_confirmations_of_another_project(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path / "home")).open()
    try:
        forged = docker_job(
            tmp_path,
            runner="process",
            endpoint=None,
            inputs=(Input(str(tmp_path / "keys"), "/input0", True),),
        )
        with database.write() as connection:
            job = jobs.add(connection, forged)
        mine = Prepared(a_submission(project=str(tmp_path)), {}, (), ())
        consent.remember(database.folder, mine, permissions_of(forged, None))
        with pytest.raises(consent.UnconfirmedError) as refused:
            job_requests.continue_job(database, job.id, 1)
        asked = {line for permission in refused.value.permissions for line in permission.lines}
        keys = tmp_path / "keys"
        assert asked == {"process", f"read {keys}", f"write {keys}", f"read {tmp_path}"}
        with database.read() as connection:
            assert requests.unfinished(connection) == []
    finally:
        database.close()


def test_that_a_trial_cannot_replace_a_folder_of_later_trials_with_a_link(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (workspace.project / "data" / "below").mkdir(parents=True)
    bindings = [
        {"data": "data", "path": "/input0", "type": "rw"},
        {"data": "data/below", "path": "/input1"},
    ]
    swap = f"""
import os, pathlib
place = pathlib.Path(os.environ["OPENBAYES_INPUT1"])
place.rmdir()
place.symlink_to({str(tmp_path / "secret")!r})
"""
    workspace.write(REPORT_X + swap, max_job_count=2, parallel_count=1, root={"data_bindings": bindings})
    job = workspace.tune()
    assert [t["state"] for t in job["trials"]][:1] == ["succeeded"]
    assert "succeeded" not in [t["state"] for t in job["trials"]][1:]
    assert f"has become a link to {tmp_path / 'secret'}" in str(job)


def test_that_jobs_are_submitted_and_requests_are_stored_in_one_place_only() -> None:
    core = Path(bayescore.__file__).parent
    places = {
        r"\bjobs\.add\(": {core / "app" / "submit.py"},
        r"\brequests\.add\(": {
            core / "app" / "job_requests.py",
            core / "app" / "steering.py",
            core / "app" / "submit.py",
            core / "store" / "cancellation.py",
        },
    }
    for root in (core, Path(bayesdesk.__file__).parent):
        for file in root.rglob("*.py"):
            source = file.read_text(encoding="utf-8")
            for call, allowed in places.items():
                assert file in allowed or not re.search(call, source), file
    cancellation = (core / "store" / "cancellation.py").read_text(encoding="utf-8")
    for arguments in re.findall(r"\brequests\.add\(([^)]*)\)", cancellation):
        assert "requests.CANCEL" in arguments
