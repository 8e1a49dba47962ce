"""Search spaces proposed from the options of a program."""

from __future__ import annotations

import ast
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.app.new_project import propose_from_program
from bayescore.config import load_local_text, load_text
from bayescore.exchange.program_options import likely_goal, propose_space
from exchange.library_programs import PROGRAMS
from support.workspace import Workspace

PROGRAM = """
import argparse
from openbayestool import log_metric
import openbayestool

def options():
    parser = argparse.ArgumentParser()
    group = parser.add_argument_group("model")
    parser.add_argument("data")
    parser.add_argument("-l", "--learning_rate", type=float, default=1e-3, help="step")
    group.add_argument("--hidden-units", type=int, default=64)
    group.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--batch_size", default=32, type=int, choices=[64, 16, 32])
    parser.add_argument("--optimizer", choices=("adam", "sgd"), default="adam")
    parser.add_argument("--epochs", type=int, default=90)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--world-size", type=int, default=2)
    parser.add_argument("--amp", action="store_true")
    parser.add_argument("--model", default="resnet")
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--computed", type=float, default=1 / 3)
    return parser.parse_args()

for epoch in range(options().epochs):
    log_metric("val/loss", 1.0)
    openbayestool.log_metric(key := "other", 2.0)
"""


def test_that_each_option_gets_a_range_around_its_default_on_a_sensible_scale() -> None:
    found = propose_space(PROGRAM)
    specs = {s["name"]: s for s in found.specs}
    assert list(specs) == ["learning_rate", "hidden-units", "dropout", "batch_size", "optimizer", "shift"]
    assert specs["learning_rate"] == {
        "name": "learning_rate", "type": "DOUBLE", "min_value": 3e-05, "max_value": 0.03, "scale_type": "UNIT_LOG_SCALE",
    }  # fmt: skip
    assert (specs["hidden-units"]["min_value"], specs["hidden-units"]["max_value"]) == (16, 256)
    assert (specs["dropout"]["min_value"], specs["dropout"]["max_value"]) == (0.0, 0.9)
    assert specs["batch_size"]["discrete_values"] == [16, 32, 64]
    assert specs["optimizer"]["categorical_values"] == ["adam", "sgd"]
    assert found.metrics == ("val/loss",)
    left_out = " ".join(str(r) for r in found.remarks)
    assert all(
        f"--{name} " in left_out for name in ("epochs", "seed", "world-size", "amp", "model", "computed")
    )
    loaded = load_text(found.file_text("train.py"))
    assert loaded.config is not None
    assert loaded.config.hyper_tuning.goal == "MINIMIZE"


@pytest.mark.parametrize(
    ("metric", "goal"),
    [
        ("accuracy", "MAXIMIZE"),
        ("val_loss", "MINIMIZE"),
        ("RMSE", "MINIMIZE"),
        ("f1", "MAXIMIZE"),
        ("mAP", "MAXIMIZE"),
    ],
)
def test_that_the_goal_is_guessed_from_the_name_of_the_metric(metric: str, goal: str) -> None:
    assert likely_goal(metric) == goal


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True),
            st.one_of(
                st.integers(-(10**6), 10**6),
                st.floats(-1e6, 1e6),
                st.booleans(),
                st.none(),
                st.text(max_size=5),
            ),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda pair: pair[0],
    )
)
@settings(max_examples=60, deadline=None)
def test_that_the_proposed_file_is_valid_for_any_defaults(
    options: list[tuple[str, object]],
) -> None:
    lines = [f"parser.add_argument('--{name}', default={default!r})" for name, default in options]
    source = "\n".join(lines)
    ast.parse(source)
    found = propose_space(source)
    if found.specs:
        loaded = load_text(found.file_text("main.py"))
        assert loaded.config is not None, [str(p) for p in loaded.problems]
    assert len(found.specs) + len(found.remarks) == len(options)


def test_that_init_writes_the_proposed_file_and_never_overwrites_one(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "train.py").write_text(PROGRAM)
    done = workspace.run("init", "--program", "train.py", "--trials", "7")
    assert done.code == 0, done.err
    written = (workspace.project / "openbayes.yaml").read_text()
    assert "max_job_count: 7" in written
    assert "command: python train.py" in written
    assert "--seed" in done.err
    assert workspace.run("init", "--program", "train.py").code == 2
    (workspace.project / "openbayes.yaml").unlink()
    (workspace.project / "empty.py").write_text("print('no options')")
    (workspace.project / "broken.py").write_text("def (")
    for name in ("empty.py", "broken.py", "absent.py"):
        refused = workspace.run("init", "--program", name)
        assert refused.code == 2
        assert name in refused.err
        assert not (workspace.project / "openbayes.yaml").exists()


@pytest.mark.parametrize("library", PROGRAMS)
def test_that_the_parameters_of_a_library_are_proposed_with_the_form_that_it_takes(
    workspace: Workspace, library: str
) -> None:
    files, names = PROGRAMS[library]
    for name, content in files.items():
        (workspace.project / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.project / name).write_text(content)
    made = propose_from_program(workspace.project, "main.py", metric="score")
    loaded = load_text(made.text)
    assert loaded.config is not None
    assert [spec.name for spec in loaded.config.hyper_tuning.parameter_specs] == names
    local = load_local_text(made.local).settings
    assert local is not None
    assert local.parameters_as == ("{name}={value}" if library == "hydra" else "--{name}={value}")


def test_that_values_that_the_program_would_refuse_or_misread_are_not_proposed() -> None:
    found = propose_space(
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--foo', choices=['bar', 'buzz', None])\n"
        "p.add_argument('--flag', type=bool, default=True)\n"
        "p.add_argument('--depth', type=int, default=4, choices=range(2, 6))\n"
        "p.add_argument('--model', default='a', choices=sorted(MODELS))\n"
        "p.add_argument('--amp', action=argparse.BooleanOptionalAction, default=True)\n"
    )
    specs = {spec["name"]: spec for spec in found.specs}
    assert list(specs) == ["foo", "depth"]
    assert specs["foo"]["categorical_values"] == ["bar", "buzz"]
    assert specs["depth"]["discrete_values"] == [2, 3, 4, 5]
    remarks = [str(remark) for remark in found.remarks]
    assert [next(n for n in ("--foo", "--flag", "--model", "--amp") if n in r) for r in remarks] == [
        "--foo", "--flag", "--model", "--amp",
    ]  # fmt: skip
    assert "type=bool, which takes every text for true" in remarks[1]


def test_that_options_with_one_dash_are_passed_with_one() -> None:
    found = propose_space("p.add_argument('-lr', type=float, default=0.1)")
    assert [spec["name"] for spec in found.specs] == ["lr"]
    assert found.local_text() == 'parameters_as: "-{name} {value}"\n'


def test_that_a_program_with_a_blank_in_its_name_is_quoted_in_the_command() -> None:
    found = propose_space(
        "import argparse\nargparse.ArgumentParser().add_argument('--lr', type=float, default=0.1)"
    )
    loaded = load_text(found.file_text("my train's.py", metric="score"))
    assert loaded.config is not None
    assert shlex.split(loaded.config.command) == ["python", "my train's.py"]
