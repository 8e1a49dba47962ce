"""The copy of the project that a job runs from."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bayescore.errors import RunnerError
from bayescore.trials import Content, snapshot, trial_folder


def tree(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    (made / "src").mkdir(parents=True)
    (made / "main.py").write_text("main")
    (made / "src" / "模型.py").write_text("model")
    return made


def test_that_ignored_files_are_not_copied(project: Path, tmp_path: Path) -> None:
    for name in (".git/config", ".venv/bin/python", "__pycache__/a.pyc", "data/big.bin", "src/keep.log"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)
    (project / ".openbayesgear").write_text("{}")
    (project / ".openbayesignore").write_text("data/\n*.log\n!src/keep.log\n")
    (project / "a.log").write_text("")
    taken = snapshot.take(project, tmp_path / "copy")
    assert tree(tmp_path / "copy") == {
        "main.py": "main",
        "src/keep.log": "src/keep.log",
        "src/模型.py": "model",
    }
    assert taken.files == 3


def test_that_links_inside_are_kept_and_links_outside_are_reported(project: Path, tmp_path: Path) -> None:
    (project / "link.py").symlink_to("main.py")
    (project / "absolute.py").symlink_to(project / "src" / "模型.py")
    (project / "folder").symlink_to("src")
    (project / "outside").symlink_to(tmp_path)
    (project / "dangling").symlink_to("nothing")
    taken = snapshot.take(project, tmp_path / "copy")
    copy = tmp_path / "copy"
    assert taken.outside == ("outside",)
    assert not (copy / "outside").is_symlink()
    assert (copy / "link.py").readlink() == Path("main.py")
    assert (copy / "absolute.py").resolve() == copy / "src" / "模型.py"
    assert (copy / "folder" / "模型.py").read_text() == "model"


def test_that_pipes_and_sockets_are_reported_and_do_not_block(project: Path, tmp_path: Path) -> None:
    os.mkfifo(project / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(project / "sock"))
        taken = snapshot.take(project, tmp_path / "copy")
    assert taken.special == ("pipe", "sock")


def test_that_a_data_folder_in_the_project_is_not_copied(project: Path) -> None:
    home = project / "home"
    (home / "jobs").mkdir(parents=True)
    (home / "store.sqlite3").write_text("x")
    snapshot.take(project, home / "jobs" / "snapshot", leave_out=home)
    assert tree(home / "jobs" / "snapshot") == {"main.py": "main", "src/模型.py": "model"}


def test_that_an_unreadable_project_is_explained_and_no_partial_copy_is_left(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="nowhere"):
        snapshot.take(tmp_path / "nowhere", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_that_a_trial_can_change_neither_the_snapshot_nor_another_trial(
    project: Path, tmp_path: Path
) -> None:
    (project / "run.sh").write_text("#!/bin/sh\n")
    (project / "run.sh").chmod(0o555)
    snapshot.take(project, tmp_path / "copy")
    first = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {"x": 1}))
    second = trial_folder.make(tmp_path / "002", Content(1, tmp_path / "copy", {"x": 2}))
    for path in ("main.py", "run.sh"):
        with (first.output / path).open("r+") as file:  # in place, as a program that patches files does
            file.write("ZZ")
    assert (tmp_path / "copy" / "main.py").read_text() == "main"
    assert (second.output / "main.py").read_text() == "main"
    assert (second.output / "run.sh").read_text() == "#!/bin/sh\n"
    assert os.access(second.output / "run.sh", os.X_OK)
    assert (second.output / "openbayes_params.json").read_text() == '{\n  "x": 2\n}\n'


def test_that_a_project_may_carry_its_own_parameter_file_even_as_a_link(
    project: Path, tmp_path: Path
) -> None:
    (project / "params.json").write_text("theirs")
    (project / "openbayes_params.json").symlink_to("params.json")
    snapshot.take(project, tmp_path / "copy")
    made = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {"x": 1}))
    assert '"x": 1' in (made.output / "openbayes_params.json").read_text()
    assert (made.output / "params.json").read_text() == "theirs"


def test_that_a_folder_is_created_once_and_that_of_an_earlier_attempt_is_renamed(
    project: Path, tmp_path: Path
) -> None:
    snapshot.take(project, tmp_path / "copy")
    made = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {"x": 1}))
    (made.output / "result.txt").write_text("first")
    assert trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {"x": 1})) == made
    assert (made.output / "result.txt").exists()
    trial_folder.make(tmp_path / "001", Content(2, tmp_path / "copy", {"x": 1}))
    assert not (made.output / "result.txt").exists()
    assert (tmp_path / "001.1" / "output" / "result.txt").read_text() == "first"


def test_that_an_incomplete_folder_is_created_again(project: Path, tmp_path: Path) -> None:
    snapshot.take(project, tmp_path / "copy")
    (tmp_path / "001" / "output").mkdir(parents=True)
    (tmp_path / "001" / "output" / "rubbish").touch()
    made = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {}))
    assert sorted(tree(made.output)) == ["main.py", "openbayes_params.json", "src/模型.py"]
