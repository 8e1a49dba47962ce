"""The command line with files and terminals that are not UTF-8."""

from __future__ import annotations

import os
import subprocess

import pytest

from support.workspace import BIN, Workspace

NAME = "训练😀"


def test_that_check_converts_a_file_and_shows_its_chinese_lines(workspace: Workspace) -> None:
    file = workspace.write()
    yaml = f"# 训练集\n{file.read_text(encoding='utf-8')}"
    file.write_bytes(yaml.encode("gb18030"))
    refused = workspace.run("check", str(file))
    assert refused.code == 2
    assert "--convert" in refused.err
    done = workspace.run("check", "--convert", str(file))
    assert done.code == 0, done.err
    assert "# 训练集" in done.err
    assert file.read_text(encoding="utf-8") == yaml
    assert file.with_name("openbayes.yaml.gb18030").read_bytes() == yaml.encode("gb18030")


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "ascii"])
def test_that_paths_and_emoji_are_printed_in_any_encoding(encoding: str, workspace: Workspace) -> None:
    workspace.write()
    folder = workspace.project.rename(workspace.project.with_name(NAME))
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}
    command = [str(BIN / "bayesdesk"), "--lang", "en", "check", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"a job could start" in done.stdout
    if encoding == "gb18030":
        assert NAME.encode(encoding) in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="names of files are not bytes")
def test_that_a_name_that_is_not_text_is_printed_as_its_bytes(workspace: Workspace) -> None:
    file = os.fsencode(workspace.root) + b"/\xff\xfe"
    command = [os.fsencode(BIN / "bayesdesk"), b"check", file]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 2
    assert file in done.stderr
