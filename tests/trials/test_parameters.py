"""What a program is given: on its command line and in its file, byte for byte the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import load_text
from bayescore.trials.parameters import as_json, as_text, command_line, merged
from support.builders import FILE

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
VALUES = TEXT | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
ECHO = "import json, sys; json.dump(sys.argv[1:], open(sys.argv[1][2:], 'w'))"


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_.-]{0,8}", fullmatch=True), VALUES, max_size=5))
def test_that_every_value_passes_a_real_shell_unchanged(tmp_path_factory, parameters) -> None:
    out = tmp_path_factory.mktemp("argv") / "argv.json"
    script = out.with_name("echo.py")
    script.write_text(ECHO)
    command = command_line(f"{sys.executable} {script} --{out}", parameters)
    subprocess.run(["/bin/sh", "-c", command], check=True, timeout=30)
    assert json.loads(out.read_text())[1:] == [f"--{k}={as_text(v)}" for k, v in parameters.items()]


PLACES = (
    '{echo} --{out} {{parameters}}',
    'true && {echo} --{out} {{parameters}} | cat',
    "sh -c '{echo} --{out} {{parameters}}'",
    'sh -c "{echo} --{out} {{parameters}}" # {{parameters}}',
    'true $({echo} --{out} {{parameters}})',
    'true `{echo} --{out} {{parameters}}`',
    '( {echo} --{out} {{parameters}} ); echo done',
    'for i in 1; do\r\n{echo} --{out} {{parameters}}\r\ndone',
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_.-]{0,8}", fullmatch=True), VALUES, max_size=5))
def test_that_every_value_arrives_unchanged_wherever_the_command_puts_the_parameters(
    tmp_path_factory, parameters
) -> None:
    folder = tmp_path_factory.mktemp("argv")
    (folder / "echo.py").write_text(ECHO)
    for number, place in enumerate(PLACES):
        out = folder / f"{number}.json"
        command = place.format(echo=f"{sys.executable} {folder / 'echo.py'}", out=out)
        subprocess.run(["/bin/sh", "-c", command_line(command, parameters)], check=True, timeout=30)
        assert json.loads(out.read_text())[1:] == [f"--{k}={as_text(v)}" for k, v in parameters.items()], (
            place
        )


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["{name}={value}", "--{name} {value}", "-{name} {value}", "+x.{name}={value}"]), VALUES
)
def test_that_a_value_arrives_unchanged_in_every_form(tmp_path_factory, form: str, value) -> None:
    out = tmp_path_factory.mktemp("argv") / "argv.json"
    script = out.with_name("echo.py")
    script.write_text(ECHO)
    command = command_line(f"{sys.executable} {script} --{out}", {"{value}": value}, form)
    subprocess.run(["/bin/sh", "-c", command], check=True, timeout=30)
    words = [w.replace("{name}", "\0").replace("{value}", as_text(value)) for w in form.split()]
    assert json.loads(out.read_text())[1:] == [w.replace("\0", "{value}") for w in words]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_that_numbers_keep_their_full_precision_and_integers_their_form(number) -> None:
    for text in (as_text(number), as_json({"x": number}).partition(": ")[2].strip(" \n}")):
        assert json.loads(text) == number
        assert ("." in text or "e" in text) == isinstance(number, float)


def test_that_tuned_values_take_precedence_and_follow_the_root_parameters_in_file_order() -> None:
    text = FILE.replace("hyper_tuning:", "parameters: {b: 1, x: 9, a: text}\nhyper_tuning:", 1)
    config = load_text(text).config
    assert config is not None
    assert list(merged(config, {"x": 0.5}).items()) == [("b", 1), ("a", "text"), ("x", 0.5)]
    line = command_line("python main.py --x=3", merged(config, {"x": 0.5}))
    assert line == "python main.py --x=3 --b=1 --a=text --x=0.5"


def test_that_a_secret_is_in_neither(tmp_path: Path) -> None:
    secret = "parameters: {key: {is_secret: true, source: env, env: KEY}, plain: 1}\nhyper_tuning:"
    config = load_text(FILE.replace("hyper_tuning:", secret, 1)).config
    assert config is not None
    assert list(merged(config, {"x": 0.5})) == ["plain", "x"]
