"""Parameters that the program would refuse are found before the first trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.file_checks import check_files
from bayescore.app.program_problems import program_of
from support.builders import FILE

PARSER = (
    "import argparse\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--learning-rate', '--lr', type=float, default=0.1)\n"
    "parser.add_argument('--amp', action='store_true')\nparser.add_argument('--flag', type=bool)\n"
)
PROGRAM = f"{PARSER}args = parser.parse_args()\n"


def problems(
    folder: Path,
    name: str,
    program: str = PROGRAM,
    command: str = "python main.py",
    local: str = "",
    more: str = "",
) -> list[tuple[str, str]]:
    """Code and message of what is found when a parameter has this name."""
    (folder / "main.py").write_text(program)
    text = FILE.replace("command: python main.py", f"command: {command}").replace("name: x", f"name: {name}")
    (folder / "openbayes.yaml").write_text(text.replace("hyper_tuning:", f"{more}hyper_tuning:", 1))
    (folder / "openbayes.local.yaml").write_text(local)
    found = check_files(folder).problems
    lines = text.splitlines()
    for p in found:
        if p.code in CODES and not more:
            assert lines[p.line - 1][p.column - 1 : p.end_column - 1] == name
    return [(p.code, str(p.message)) for p in found if p.code in CODES]


CODES = ("unknown-option", "switch", "always-true", "help-as-parameter")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("learning_rate", "unknown-option", "did you mean --learning-rate?"),
        ("depth", "unknown-option", "main.py has no option --depth."),
        ("amp", "switch", "takes no value"),
        ("flag", "always-true", "even “false”"),
        ("help", "help-as-parameter", "--help"),
    ],
)
def test_that_a_parameter_that_the_program_would_refuse_is_reported_where_it_is(
    tmp_path: Path, name: str, code: str, words: str
) -> None:
    ((found, message),) = problems(tmp_path, name)[:1]
    assert found == code
    assert words in message


@pytest.mark.parametrize("name", ["learning-rate", "lr", "learn"])
def test_that_every_spelling_that_argparse_accepts_is_fine(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, name) == []


@pytest.mark.parametrize(
    "program",
    [
        f"{PARSER}args, _ = parser.parse_known_args()\n",
        f"{PARSER}from lightning import Trainer\nTrainer.add_argparse_args(parser)\nparser.parse_args()\n",
        f"{PARSER}from timm.utils import add_more\nadd_more(parser)\nparser.parse_args()\n",
        f"{PARSER}for name in NAMES:\n    parser.add_argument('--' + name)\nparser.parse_args()\n",
        "import json\njson.load(open('openbayes_params.json'))\n",
        "this is not Python",
    ],
)
def test_that_nothing_is_reported_of_a_program_whose_options_are_not_certain(
    tmp_path: Path, program: str
) -> None:
    assert problems(tmp_path, "depth", program) == []


def test_that_options_of_another_file_and_of_another_form_are_known(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("def add(parser):\n    parser.add_argument('--depth', type=int)\n")
    program = f"from model import add\n{PARSER}add(parser)\nargs = parser.parse_args()\n"
    assert problems(tmp_path, "depth", program) == []
    assert problems(tmp_path, "dpeth", program)[0][1].endswith("did you mean --depth?")
    assert problems(tmp_path, "dpeth", program, local="parameters_as: '{name}={value}'\n") == []


def test_that_a_fixed_parameter_is_looked_at_too(tmp_path: Path) -> None:
    found = problems(tmp_path, "lr", more="parameters: {lrr: 1}\n")
    assert [message for _, message in found] == ["main.py has no option --lrr; did you mean --lr?"]


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("python main.py", "main.py"),
        ("cd src && torchrun --nproc_per_node 2 train.py", "src/train.py"),
        ("python -m pkg.fit", "src/pkg/fit.py"),
        ("python -m torch.distributed.run main.py --x", "main.py"),
        ("python prepare.py; python main.py", "main.py"),
        ("python main.py {parameters}; python prepare.py", "main.py"),
        ("nohup env A=1 python main.py", "main.py"),
        ("python ../outside.py", None),
        ("./run.sh", None),
        ("python absent.py", None),
    ],
)
def test_that_the_program_that_gets_the_parameters_is_found(
    tmp_path: Path, command: str, program: str | None
) -> None:
    project = tmp_path / "project"
    for name in ("main.py", "prepare.py", "src/train.py", "src/pkg/fit.py", "../outside.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    found = program_of(command, project)
    assert (found.relative_to(project).as_posix() if found else None) == program


@pytest.mark.parametrize("kind", ["parameters: {note: LONG}\n", ""])
def test_that_a_value_that_is_too_long_for_a_command_line_is_an_error_before_a_trial(
    tmp_path: Path, kind: str
) -> None:
    long = "a" * 140_000
    spec = "{name: x, type: DOUBLE, min_value: 0, max_value: 1}"
    text = FILE.replace("hyper_tuning:", f"{kind}hyper_tuning:".replace("LONG", long), 1)
    if not kind:
        assert spec in text
        text = text.replace(spec, f"{{name: x, type: CATEGORICAL, categorical_values: [b, {long}]}}")
    (tmp_path / "openbayes.yaml").write_text(text)
    (problem,) = [p for p in check_files(tmp_path).problems if p.code == "argument-too-long"]
    assert "137 KiB; Linux takes less than 128 KiB" in str(problem.message)
    shorter = text.replace(long, "a" * 100_000)
    (tmp_path / "openbayes.yaml").write_text(shorter)
    assert "argument-too-long" not in {p.code for p in check_files(tmp_path).problems}


@pytest.mark.parametrize(
    ("local", "code"),
    [
        ("cpus: 1\ngpus_per_trial: 99\n", "too-few-gpus"),
        ("cpus: 1\ngpus: [GPU-that-is-nowhere]\n", "no-such-gpu"),
        ("gpus_per_trial: 99\ngpus: none\n", None),
        ("gpus_per_trial: 0\n", None),
        ("cpus: 1\n", None),
    ],
)
def test_that_gpus_that_do_not_exist_are_a_problem_where_they_are_named(
    tmp_path: Path, local: str, code: str | None
) -> None:
    (tmp_path / "openbayes.yaml").write_text(FILE)
    (tmp_path / "openbayes.local.yaml").write_text(local)
    checked = check_files(tmp_path)
    found = [(p.code, p.line) for p in checked.problems if p.code in ("too-few-gpus", "no-such-gpu")]
    assert found == ([] if code is None else [(code, 2)])
    assert checked.could_start == (code is None)
