"""The command line in Chinese: no text of it, or of its argument parser, stays English."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bayescore.cli import commands
from support.workspace import Workspace

CHINESE = {"BAYESDESK_LANG": "zh", "COLUMNS": "300"}
GROUPS = {
    "gear": ("init", "run", "run hypertuning"),
    "cloud": ("check", "init", "run"),
    "gpus": ("list", "free", "take"),
    "notify": ("add", "list", "remove", "test", "events", "desktop"),
    "engine": ("status", "start", "stop"),
}
EVERY = [
    *commands._commands(),
    *(f"{group} {name}" for group, names in GROUPS.items() for name in names),
]
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
ROW = re.compile(r"^│ .*?(?:<[^>]*>|\.\.\.|  )\s+(?P<help>\S.*?)\s*│$", re.MULTILINE)


@pytest.mark.parametrize("command", EVERY)
def test_that_help_is_chinese_down_to_its_headings(workspace: Workspace, command: str) -> None:
    shown = workspace.run(*command.split(), "--help", env=CHINESE).out
    assert "用法：" in shown
    assert "─ 选项 ─" in shown
    assert "显示本帮助后退出。" in shown
    for english in (
        "Usage",
        "OPTIONS",
        "Options",
        "Arguments",
        "Commands",
        "COMMAND ",
        "default:",
        "required",
    ):
        assert english not in shown
    helps = [found["help"] for found in ROW.finditer(shown)]
    assert helps
    assert [words for words in helps if not IDEOGRAPH.search(words)] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("shwo", "没有命令“shwo”"),
        ("show", "缺少参数“job”。"),
        ("show last --folow", "没有选项 --folow（可用的选项：--follow）"),
        ("show a b", "多余的参数：b"),
        ("show last --json=3", "选项“--json”不接受值。"),
        ("init --from", "选项“--from”需要一个值。"),
        ("init --trials many", "“--trials”的值无效：应为整数"),
        ("init --trials 101", "“--trials”的值无效：不能大于 100"),
        ("init --trials 0", "“--trials”的值无效：不能小于 1"),
    ],
)
def test_that_an_error_of_the_parser_is_chinese(workspace: Workspace, arguments: str, said: str) -> None:
    done = workspace.run(*arguments.split(), env=CHINESE)
    assert done.code == 2
    assert said in done.err
    assert "错误" in done.err
    for english in ("Error", "Usage", "Try "):
        assert english not in done.err


def test_that_times_are_local_with_their_zone(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    workspace.tune()
    there = {"TZ": "Asia/Shanghai"}
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00"
    assert re.search(moment, workspace.run("jobs", env=there).out)
    assert re.search(moment, workspace.run("show", "last", env=there).out)
    assert re.search(moment, workspace.run("engine", "status", env=there).out)


@pytest.mark.parametrize(("argument", "said"), [("--help", "选项:"), ("--nonsense", "参数无效：--nonsense")])
def test_that_the_window_explains_its_arguments_in_chinese(
    workspace: Workspace, argument: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bayesdesk.app", argument],
        capture_output=True,
        text=True,
        timeout=60,
        env=workspace.environment | CHINESE,
    )
    shown = done.stdout + done.stderr
    assert said in shown
    assert "用法：" in shown
    assert "sage" not in shown
