"""The commit of a project is read from its files; whatever else is in them is ignored."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bayescore.trials.git_commit import commit_of

HASH = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *arguments: str) -> str:
    quiet = ("-c", "user.name=lab", "-c", "user.email=lab@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *quiet, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.skipif(shutil.which("git") is None, reason="Git is not installed")
def test_that_the_commit_of_a_real_repository_is_found(tmp_path: Path) -> None:
    git(tmp_path, "init")
    assert commit_of(tmp_path) is None
    git(tmp_path, "commit", "--allow-empty", "-m", "first")
    first = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "project").mkdir()
    assert commit_of(tmp_path) == commit_of(tmp_path / "project") == first
    git(tmp_path, "pack-refs", "--all")
    assert commit_of(tmp_path) == first
    git(tmp_path, "checkout", "--detach")
    assert commit_of(tmp_path) == first


@pytest.mark.parametrize(
    "head",
    [
        "",
        "anything",
        "ref: ../../secret",
        "ref: refs/../../../secret",
        f"ref: {HASH}",
        HASH[:-1],
        "ref: refs/heads/none",
    ],
)
def test_that_a_head_that_leads_elsewhere_has_no_commit(tmp_path: Path, head: str) -> None:
    (tmp_path / "secret").write_text(HASH)
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "project" / ".git" / "HEAD").write_text(head)
    assert commit_of(tmp_path / "project") is None


def test_that_a_head_that_is_no_regular_file_has_no_commit(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "HEAD")
    assert commit_of(tmp_path) is None


def test_that_a_work_tree_within_another_does_not_have_the_commit_of_the_outer_one(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(HASH)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / ".git").write_text("gitdir: ../.git/worktrees/inner")
    assert commit_of(tmp_path / "inner") is None
    assert commit_of(tmp_path) == HASH


def test_that_a_folder_without_a_repository_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None
