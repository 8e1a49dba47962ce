"""Untrusted text on a terminal and in the window is shown and controls nothing."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from bayescore.cli.terminal import Shown
from bayescore.store import jobs, trials
from bayescore.store.states import TrialState
from hostile import text
from support import commands
from support.builders import a_submission
from support.workspace import BIN, Workspace

LIMIT_S = 10.0


def shown(*pieces: bytes, encoding: str = "utf-8") -> str:
    made = Shown(encoding)
    return "".join(made.piece(piece) for piece in pieces) + made.end()


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (b"a\tb\r\nc\x08", "a\tb\r\nc\x08"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m\x1b[0m"),
        (b"\x1b[38;2;1;2;3mx", "\x1b[38;2;1;2;3mx\x1b[0m"),
        (b"\x1b]0;title\x07", "␛]0;title␇"),
        (b"\x1b[2J\x1b[?25l\x1bc", "␛[2J␛[?25l␛c"),
        (b"\x1b[>4;2m", "␛[>4;2m"),
        (b"\xc2\x9b2J\xc2\x9d0;t\xc2\x9c", "�2J�0;t�"),
        (b"\x9b2J\x85", "�2J�"),
        (b"\x1b", "␛"),
        (b"\x1b[" + b"1;" * 100 + b"m", "␛[" + "1;" * 100 + "m"),
        ("训练 é".encode(), "训练 é"),
        (b"\x00\x0b\x0c\x0e\x7f", "␀␋␌␎␡"),
    ],
)
def test_that_only_colours_reach_a_terminal_at_any_split_of_a_log(written: bytes, seen: str) -> None:
    assert shown(written) == seen
    for cut in range(len(written) + 1):
        assert shown(written[:cut], written[cut:]) == seen
    assert shown(*(written[i : i + 1] for i in range(len(written)))) == seen


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "gb18030"])
def test_that_no_control_character_reaches_a_terminal_with_another_encoding(encoding: str) -> None:
    everything = bytes(range(256)) + b"\x1b]0;x\x07"
    sent = shown(everything, encoding=encoding).encode(encoding, "replace").decode(encoding)
    assert not [c for c in sent if (c < " " and c not in "\t\n\r\x08") or "\x7f" <= c <= "\x9f"]


@pytest.mark.parametrize(
    "part", [b"\x1b]", b"\x1b", b"\x1b[", b"\x1b[;", b"\x1b[0", b"\xc2\x9d", b"\x1b]0;\x1b"]
)
def test_that_a_log_of_escapes_is_shown_in_bounded_time(part: bytes) -> None:
    data = part * 500_000
    began = time.process_time()
    shown(*(data[i : i + 65536] for i in range(0, len(data), 65536)))
    shown(b"\x1b[" + b"1;" * 500_000)
    assert time.process_time() - began < LIMIT_S


def test_that_any_text_is_shown_or_refused_and_controls_nothing() -> None:
    for seed in range(300):
        text.check(random.Random(seed))


def on_terminal(workspace: Workspace, *words: str) -> bytes:
    """Output of a command on a terminal."""
    environment = {
        **os.environ,
        "BAYESDESK_HOME": str(workspace.data.root),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }
    return commands.on_terminal([BIN / "bayesdesk", *words], workspace.root, environment)[0]


@pytest.fixture
def hostile_job(workspace: Workspace) -> str:
    """A job with control sequences in its names, values and log."""
    title = "\x1b]0;owned\x07\x9b2J\x9d0;x\x9c"
    with workspace.database().write() as connection:
        job = jobs.add(connection, a_submission(name=title, message=title))
        trials.add_imported(connection, job.id, 1, {"x": f"={title}"}, TrialState.SUCCEEDED, 0.5, None, None)
    log = workspace.data.trial(job.id, 1) / "log.txt"
    log.parent.mkdir(parents=True)
    log.write_bytes(title.encode() + b"\x1b[31mred" + b"\x9b2J\n" + b"x" * 70_000 + b"\x1b]52;c;aGk=\x07")
    return job.id


@pytest.mark.parametrize(
    "words",
    [
        ("logs", "JOB", "1"),
        ("export", "JOB", "--format", "csv"),
        ("export", "JOB", "--format", "json"),
        ("export", "JOB", "--format", "hiplot"),
        ("export", "JOB", "--format", "optuna"),
        ("export", "JOB", "--format", "yaml"),
        ("jobs",),
        ("show", "JOB"),
        ("trials", "JOB"),
    ],
)
def test_that_no_command_writes_a_control_sequence_to_a_terminal(
    workspace: Workspace, hostile_job: str, words: tuple[str, ...]
) -> None:
    sent = on_terminal(workspace, *(hostile_job if w == "JOB" else w for w in words))
    assert b"Traceback" not in sent
    assert b"owned" in sent or words[0] == "export"
    for code in (b"\x1b]", b"\x07", b"\xc2\x9b", b"\xc2\x9d", b"\x9b2J"):
        assert code not in sent


def test_that_logs_and_exports_outside_a_terminal_keep_every_byte(
    workspace: Workspace, hostile_job: str
) -> None:
    log = workspace.data.trial(hostile_job, 1) / "log.txt"
    environment = {**os.environ, "BAYESDESK_HOME": str(workspace.data.root)}
    command = [str(BIN / "python"), "-m", "bayescore"]
    said = subprocess.run([*command, "logs", hostile_job, "1"], capture_output=True, env=environment)
    assert said.stdout == log.read_bytes()
    table = subprocess.run(
        [*command, "export", hostile_job, "--format", "csv"], capture_output=True, env=environment
    )
    assert b"\x1b]0;owned" in table.stdout


def test_that_a_pipe_in_place_of_a_log_is_reported(workspace: Workspace, hostile_job: str) -> None:
    log = workspace.data.trial(hostile_job, 1) / "log.txt"
    log.unlink()
    os.mkfifo(log)
    done = workspace.run("logs", hostile_job, "1")
    assert done.code == 1
    assert "not a regular file" in done.err


def test_that_the_table_for_hiplot_contains_no_formulas(workspace: Workspace, hostile_job: str) -> None:
    written = workspace.run("export", hostile_job, "--format", "hiplot").out
    assert ",'=\x1b]0;owned" in written
    assert Path(workspace.data.root).is_dir()
