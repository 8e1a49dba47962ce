"""Container paths in commands and parameters are replaced with local paths."""

from __future__ import annotations

import shlex
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.trials.local_paths import localised

NAMES = st.text(
    st.one_of(
        st.sampled_from(" '\"$`\\\n;&|*?~#()!é"), st.characters(codec="utf-8", exclude_characters="\0")
    ),
    min_size=1,
    max_size=12,
)
# ways to quote a word that contains the path, and how a shell reads the rest of it
WORDS = st.sampled_from(
    [
        ("/input0", "{}"),
        ("--data=/input0/x", "--data={}/x"),
        ("'--x=/input0 b'", "--x={} b"),
        ("'a'\"'\"'b /input0 c'", "a'b {} c"),
        ('"/input0 b"', "{} b"),
        ('"a \\" /input0 b"', 'a " {} b'),
        ('"it\'s /input0 b"', "it's {} b"),
        ("'say \" /input0 b'", 'say " {} b'),
        ("\"$(printf '%s.' /input0 )\"", "{}."),
        ("\"$(printf '%s.' '/input0 a')\"", "{} a."),
        ('"$(printf "%s." "/input0 a")"', "{} a."),
        ("/input0x", "/input0x"),
        ("/input1", "/input1"),
    ]
)


def read_by_a_shell(command: str) -> bytes:
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True).stdout


@given(NAMES, st.lists(WORDS, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_that_a_shell_reads_the_folder_with_any_quoting_of_the_path(
    name: str, words: list[tuple[str, str]]
) -> None:
    folder = f"/data/{name}"
    command = "printf '%s\\0' " + " ".join(written for written, _ in words)
    found = read_by_a_shell(localised(command, {"input0": folder}))
    assert found == b"".join(read.format(folder).encode() + b"\0" for _, read in words)


@given(NAMES, NAMES)
@settings(max_examples=60, deadline=None)
def test_that_a_container_path_in_a_parameter_is_replaced_for_the_program(name: str, value: str) -> None:
    folder = f"/data/{name}"
    option = shlex.quote(f"--x=/input0 {value}")
    found = read_by_a_shell(localised(f"printf '%s\\0' {option}", {"input0": folder}))
    assert found.decode() == f"--x={folder} {value}\0"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("# don't\ncat /input0", "# don't\ncat '/a b'"),
        ("cat /input0 # it's", "cat '/a b' # it's"),
        ("echo a#' /input0 '", "echo a#' /a b '"),
        ("echo $# '/input0 '", "echo $# '/a b '"),
        ("echo \\'/input0 ", "echo \\''/a b' "),
        ("(cat /input0 ; echo \")\") '/input0 '", "(cat '/a b' ; echo \")\") '/a b '"),
        ("cat x/input0 ./input0 ~/input0", "cat x/input0 ./input0 ~/input0"),
        ("cat /openbayes/input/input0/a /openbayes/home", "cat '/a b'/a /out"),
        ("\\/input0 'open", "\\/input0 'open"),
        ("'/input0 ", "'/a b "),
        ("\\", "\\"),
    ],
)
def test_that_comments_and_escapes_are_read_as_a_shell_does(command: str, expected: str) -> None:
    assert localised(command, {"input0": "/a b", "output": "/out"}) == expected


@pytest.mark.parametrize("part", ["'", '"', "\\", "#", "(", "$(", "`", "/", "/input0 ", " #\n"])
def test_that_a_long_command_takes_bounded_time(part: str) -> None:
    began = time.process_time()
    localised(part * 100_000, {"input0": "/a"})
    assert time.process_time() - began < 10
