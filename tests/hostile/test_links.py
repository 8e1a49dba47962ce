"""Projects and outputs with links, pipes and deep folders: nothing outside is changed, nothing blocks."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from bayescore.app import deletion
from bayescore.app.options import Options
from bayescore.app.preflight import preflight
from bayescore.config.gear import name_project
from bayescore.errors import ConfigError, RunnerError
from bayescore.files import remove_tree
from bayescore.files.copying import copy_tree
from bayescore.files.tree import Cursor, bytes_on_disk, walk
from bayescore.results import replace_file
from bayescore.trials import Content, snapshot, trial_folder
from bayescore.trials.ignoring import IGNORE_FILE, Ignored
from hostile import trees
from support.docker_engine import IMAGE
from support.workspace import REPORT_X, Workspace

DEEP = 1500


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with files that must not change."""
    made = tmp_path / "user"
    (made / ".ssh").mkdir(parents=True)
    (made / ".bashrc").write_text("mine")
    (made / ".ssh" / "authorized_keys").write_text("mine")
    return made


def untouched(home: Path) -> bool:
    """Whether the home folder is unchanged."""
    files = {str(p.relative_to(home)): p.read_text() for p in home.rglob("*") if p.is_file()}
    return files == {".bashrc": "mine", ".ssh/authorized_keys": "mine"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def deep(root: Path, name: str = "d") -> None:
    """Create a folder that is deeper than the limits of paths and of the stack."""
    at = os.open(root, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


# ---- the folder bound to /output, and the project over it


def seed_of(project: Path, home: Path) -> Path:
    """A folder for /output with links into the home folder, and a project with files of the same names."""
    seed = project / "seed"
    (project / "keys").mkdir(parents=True)
    seed.mkdir()
    (seed / "notes.txt").symlink_to(home / ".bashrc")
    (seed / "keys").symlink_to(home / ".ssh")
    (seed / "openbayes_params.json").symlink_to(home / ".bashrc")
    (seed / "far").symlink_to(home / ".ssh" / ".." / ".ssh")
    (project / "far").mkdir()
    for name in ("notes.txt", "keys/authorized_keys", "far/authorized_keys"):
        (project / name).write_text("theirs")
    return seed


def test_that_the_project_is_not_written_through_links_in_the_folder_bound_to_output(
    tmp_path: Path, home: Path
) -> None:
    seed = seed_of(tmp_path / "project", home)
    snapshot.take(tmp_path / "project", tmp_path / "copy")
    made = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {"x": 1}, seed))
    assert untouched(home)
    assert (made.output / "notes.txt").read_text() == "theirs"
    assert (made.output / "keys" / "authorized_keys").read_text() == "theirs"
    assert '"x": 1' in (made.output / "openbayes_params.json").read_text()


BOUND = [{"data": "./seed", "path": "/output", "type": "READ_WRITE"}]


def test_that_a_process_job_does_not_change_the_home_folder(workspace: Workspace, home: Path) -> None:
    workspace.write(REPORT_X, max_job_count=1, root={"data_bindings": BOUND})
    seed_of(workspace.project, home)
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    assert untouched(home)


@pytest.mark.docker
def test_that_a_container_job_does_not_change_the_home_folder(containers: Workspace, home: Path) -> None:
    local = {"runner": "docker", "image": IMAGE}
    containers.write(REPORT_X, max_job_count=1, root={"data_bindings": BOUND}, local=local)
    seed_of(containers.project, home)
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    assert untouched(home)


def test_that_a_pipe_in_the_folder_bound_to_output_is_not_copied(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    os.mkfifo(seed / "pipe")
    (seed / "weights").write_bytes(b"w")
    (tmp_path / "copy").mkdir()
    made = trial_folder.make(tmp_path / "001", Content(1, tmp_path / "copy", {}, seed))
    assert names(made.output) == ["openbayes_params.json", "weights"]


def test_that_a_copy_replaces_entries_of_another_kind(tmp_path: Path, home: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a").mkdir(parents=True)
    (source / "a" / "file").write_text("new")
    (source / "b").write_text("new")
    target.mkdir()
    (target / "a").write_text("a file where a folder comes")
    (target / "b").mkdir()
    (target / "b" / "link").symlink_to(home)
    copy_tree(source, target)
    assert (target / "a" / "file").read_text() == "new"
    assert (target / "b").read_text() == "new"
    assert untouched(home)


def test_that_the_copy_of_a_sparse_file_is_sparse(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "target").mkdir()
    with (tmp_path / "source" / "sparse").open("wb") as file:
        file.truncate(2**40)
        file.seek(2**39)
        file.write(b"data")
    copy_tree(tmp_path / "source", tmp_path / "target")
    copied = tmp_path / "target" / "sparse"
    assert (copied.stat().st_size, copied.stat().st_blocks * 512 < 2**20) == (2**40, True)
    with copied.open("rb") as file:
        file.seek(2**39)
        assert file.read(4) == b"data"


# ---- the snapshot


def test_that_a_link_that_leaves_the_project_and_returns_is_rewritten_to_stay_inside(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "a.py").write_text("a")
    (project / "round").symlink_to("../project/src")
    (project / "again").symlink_to("round")
    snapshot.take(project, tmp_path / "elsewhere" / "copy")
    for name in ("round", "again"):
        link = tmp_path / "elsewhere" / "copy" / name
        assert (link.readlink(), (link / "a.py").read_text()) == (Path("src"), "a")


def test_that_a_folder_that_becomes_a_link_is_not_entered(tmp_path: Path, home: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    with Cursor(root) as cursor:
        (root / "sub").rmdir()
        (root / "sub").symlink_to(home)
        with pytest.raises(OSError, match="sub"):
            cursor.go(("sub",))


def test_that_a_cursor_does_not_move_up_from_a_folder_that_was_moved(tmp_path: Path) -> None:
    (tmp_path / "root" / "a" / "b").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    cursor = Cursor(tmp_path / "root")
    cursor.go(("a", "b"))
    (tmp_path / "root" / "a" / "b").rename(tmp_path / "other" / "b")
    with pytest.raises(OSError, match="Stale"):
        cursor.go(())
    cursor.close()


# ---- ignore rules


@pytest.mark.parametrize(
    "pattern", ["a*" * 60 + "b", "**/a" * 100, "*a" * 60 + "/**/b", "[a-z]*" * 60 + "9", "a*?" * 60 + "b"]
)
def test_that_an_ignore_pattern_is_matched_in_bounded_time(tmp_path: Path, pattern: str) -> None:
    (tmp_path / IGNORE_FILE).write_text(f"{pattern}\n")
    rules = Ignored(tmp_path, ())
    assert not rules.match("/".join(["a" * 250] * 10), is_folder=False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x\n" * 1001, "more than 1000 lines"),
        ("a" * 501, "Line 1 .* longer than 500"),
        ("ok\n[z-a]\n", "Line 2"),
        ("!\n", "Line 1"),
        ("x" * 2**17, "larger than 64 KiB"),
    ],
)
def test_that_an_invalid_ignore_file_is_reported(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / IGNORE_FILE).write_text(content)
    with pytest.raises(RunnerError, match=words):
        Ignored(tmp_path, ("built-in",))


def test_that_an_invalid_ignore_file_is_reported_before_the_start(workspace: Workspace) -> None:
    workspace.write(files={IGNORE_FILE: "[z-a]\n"})
    found = preflight(workspace.project, Options(), workspace.root)
    assert not found.may_start
    assert any("Line 1" in str(finding.message) for finding in found.findings)


def test_that_an_ignore_file_that_is_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / IGNORE_FILE).symlink_to("/dev/zero")
    with pytest.raises(RunnerError, match="regular file"):
        Ignored(tmp_path, ())


NAMES = st.text("ab.*", min_size=1, max_size=4)


@given(
    st.lists(st.text("ab*?/!.", min_size=1, max_size=8), max_size=4), st.lists(NAMES, min_size=1, max_size=4)
)
def test_that_ignore_rules_match_as_in_git(lines: list[str], parts: list[str]) -> None:
    try:
        plain = GitIgnoreSpec.from_lines(lines, backend="simple")
    except ValueError:
        return
    rules = Ignored(Path("/nowhere"), lines)
    for is_folder in (False, True):
        path = "/".join(parts)
        assert rules.match(path, is_folder=is_folder) == plain.match_file(path + "/" * is_folder)


def test_that_a_name_that_is_not_utf8_can_be_ignored(tmp_path: Path) -> None:
    (tmp_path / IGNORE_FILE).write_text("odd-*-*\n")
    assert Ignored(tmp_path, ()).match(os.fsdecode(b"odd-\xff-\xfe"), is_folder=False)


def test_that_a_job_can_be_cancelled_while_its_project_is_copied(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    for number in range(3):
        (tmp_path / "project" / f"{number}.txt").write_text("x")
    asked = threading.Event()

    def cancelled() -> bool:
        was, _ = asked.is_set(), asked.set()
        return was

    with pytest.raises(snapshot.StoppedError):
        snapshot.take(tmp_path / "project", tmp_path / "made" / "copy", cancelled=cancelled)
    assert not (tmp_path / "made").exists() or not names(tmp_path / "made")


# ---- writing back


def write_settings(project: Path) -> None:
    replace_file(project / "openbayes.yaml", "command: new\n")


def write_gear(project: Path) -> None:
    name_project(project, "name")


@pytest.mark.parametrize(
    ("name", "write"), [("openbayes.yaml", write_settings), (".openbayesgear", write_gear)]
)
def test_that_nothing_is_written_through_links_of_a_project(
    tmp_path: Path, home: Path, name: str, write: Callable[[Path], None]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for suffix in ("partial", "tmp", "new", "bak"):
        (project / f".{name}.{suffix}").symlink_to(home / ".bashrc")
    (project / name).write_text("command: old\n")
    (project / name).chmod(0o640)
    write(project)
    assert untouched(home)
    assert (project / name).stat().st_mode & 0o777 == 0o640
    (project / name).unlink()
    (project / name).symlink_to(home / ".bashrc")
    with pytest.raises(ConfigError, match="outside its folder"):
        write(project)
    assert untouched(home)


@pytest.mark.parametrize("seed", range(12))
def test_that_any_folder_is_copied_packed_and_removed_without_changing_another(seed: int) -> None:
    trees.check(random.Random(seed))


# ---- depth and modes


def test_that_a_deep_folder_is_measured_copied_and_removed(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    deep(source, "long-name" * 5)
    with Cursor(source) as cursor:
        assert sum(1 for _ in walk(cursor)) == DEEP + 1
    assert bytes_on_disk(source) > DEEP
    copy_tree(source, target)
    assert bytes_on_disk(target) == bytes_on_disk(source)
    for folder in (source, target):
        remove_tree(folder)
        assert not folder.exists()


def test_that_a_job_with_deep_outputs_is_listed_backed_up_and_deleted(workspace: Workspace) -> None:
    program = f"{REPORT_X}\nimport os\nfor _ in range({DEEP}):\n    os.mkdir('d'); os.chdir('d')\n"
    workspace.write(program, max_job_count=1)
    job = str(workspace.tune()["id"])
    database = workspace.database()
    (size,) = deletion.ended_jobs(database)
    assert size.bytes > DEEP
    database.close()
    done = workspace.run("backup", str(workspace.root / "b.tar"), "--outputs")
    assert (done.code, done.err) == (0, "")
    done = workspace.run("delete", job, "--yes")
    assert (done.code, done.err) == (0, "")
    assert not workspace.data.job(job).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_that_inaccessible_folders_are_removed_if_own_and_reported_otherwise(tmp_path: Path) -> None:
    for path in (tmp_path, *tmp_path.parents):
        path.chmod(path.stat().st_mode | 0o011)
    root = tmp_path / "root"
    (root / "closed" / "inside").mkdir(parents=True)
    (root / "closed" / "inside" / "file").touch()
    (root / "theirs").mkdir()
    (root / "theirs" / "file").touch()
    for path in (
        tmp_path,
        root,
        root / "closed",
        root / "closed" / "inside",
        root / "closed" / "inside" / "file",
    ):
        os.chown(path, 65534, 65534)
    (root / "closed" / "inside").chmod(0)
    (root / "closed").chmod(0)
    said = _as_nobody(lambda: remove_tree(root))
    assert "theirs" in said
    assert names(root) == ["theirs"]


def _as_nobody(action: Callable[[], None]) -> str:
    """Result of an action of another account, in a separate process."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.setuid(65534)
        try:
            action()
        except OSError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as said:
        return said.read().decode()


def test_that_files_created_during_a_walk_do_not_stop_it(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).touch()
    with Cursor(tmp_path) as cursor:
        walked = walk(cursor, unreadable=lambda _entry, _error: None)
        seen = [next(walked).name]
        (tmp_path / "2").unlink()
        seen += [entry.name for entry in walked]
    assert seen == ["0", "1", "3", "4"]
