"""A table of valid and invalid files, and the problem that ``check`` reports.

``⟦`` marks the position of the only problem and is removed before the text is read.
"""

from __future__ import annotations

from typing import Any

import pytest

from bayescore.config import EarlyStopping, YamlDocument, load_local_text, load_text
from bayescore.config.problems import has_errors
from support.builders import FILE

LR = "- {name: lr, type: DOUBLE, min_value: 0.1, max_value: 1, scale_type: UNIT_LOG_SCALE}"
BASE: dict[str, str | None] = {
    "data_bindings": "[]",
    "env": "pytorch-2.0",
    "command": "python main.py",
    "node": "1",
    "parameters": "{}",
}
TUNING: dict[str, str | None] = {
    "max_job_count": "10",
    "parallel_count": "1",
    "hyperparameter_metric": "acc",
    "goal": "MAXIMIZE",
    "algorithm": "Bayesian",
    "side_metrics": "[]",
}


def a_file(*specs: str, root: str = "", **changes: str | None) -> str:
    """A valid file with some keys changed (``None`` omits one)."""
    lines = [f"{k}: {changes.get(k, v)}" for k, v in BASE.items() if changes.get(k, v) is not None]
    lines += ["resource: t4  # the cloud's", *([root] if root else []), "hyper_tuning:"]
    lines += [f"  {k}: {changes.get(k, v)}" for k, v in TUNING.items() if changes.get(k, v) is not None]
    if changes.get("parameter_specs") is not None:
        lines.append(f"  parameter_specs: {changes['parameter_specs']}")
    else:
        lines += ["  parameter_specs:", *(f"  {line}" for s in (specs or (LR,)) for line in s.splitlines())]
    return "\n".join(lines) + "\n"


def double(**changes: str) -> str:
    fields = {"name": "lr", "type": "DOUBLE", "min_value": "0.1", "max_value": "1", **changes}
    return "- {" + ", ".join(f"{k}: {v}" for k, v in fields.items()) + "}"


def listed(kind: str, values: str, name: str = "m") -> str:
    return f"- {{name: {name}, type: {kind}, {kind.lower()}_values: {values}}}"


BLOCK_SPEC = """- name: lr      # 学习率
  type: DOUBLE
  min_value: 1e-5
  max_value: 1e-1
  scale_type: UNIT_LOG_SCALE"""

GOOD = {
    "as in the guide": a_file(),
    "block specs, comments, exponents": a_file(BLOCK_SPEC),
    "CRLF": a_file().replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + a_file(),
    "no final newline": a_file().rstrip("\n"),
    "algorithm in lower case": a_file(algorithm="bayesian"),
    "algorithm in upper case": a_file(algorithm="RANDOM"),
    "goal in lower case": a_file(goal="minimize"),
    "quoted parallel count": a_file(parallel_count='"2"'),
    "short bindings": a_file(data_bindings=None, root="bindings:\n- a/b/1:/input0\n- a/b/1:/input1:rw"),
    "binding": a_file(data_bindings=None, root="binding: [a/b/1:/input0:ro]"),
    "data_binding": a_file(data_bindings=None, root="data_binding: [{data: a/b/1, path: /input0}]"),
    "data_bindings nested": a_file(data_bindings="{binding: [a/b/1:/input0]}"),
    "access in words": a_file(data_bindings="[{data: a/b/1, path: /input0, type: READ_WRITE}]"),
    "access in lower case words": a_file(data_bindings="[{data: a/b/1, path: /input0, type: read_only}]"),
    "output of a job": a_file(data_bindings="[{data: u/jobs/abc/output, path: /output, type: rw}]"),
    "named data": a_file(data_bindings="[{name: mnist, path: /input0, type: ro}]"),
    "missing scale means linear": a_file(double()),
    "integer written with a point": a_file(double(type="INTEGER", min_value="1.0", max_value="5")),
    "integer on a log scale": a_file(
        double(type="INTEGER", min_value="1", max_value="64", scale_type="UNIT_LOG_SCALE")
    ),
    "discrete": a_file(listed("DISCRETE", "[16, 32, 0.5]")),
    "categorical": a_file(listed("CATEGORICAL", '["a", "on", "1"]')),
    "spec type in lower case": a_file(double(type="double")),
    "grid of lists": a_file(listed("DISCRETE", "[1, 2]"), algorithm="Grid"),
    "an anchor": a_file(node="&n 1"),
    "side metrics": a_file(side_metrics="[loss, 'F1 分数']"),
    "a secret from the environment": a_file(parameters="{T: {is_secret: true, source: env, env: HF_TOKEN}}"),
    "a secret in camel case": a_file(parameters="{T: {isSecret: true, source: env, env: HF_TOKEN}}"),
    "a list among the parameters": a_file(parameters="{layers: [1, 2], name: 'x'}"),
    "Chinese names": a_file(double(name="学习率")),
    "names with dots and dashes": a_file(double(name="opt.learning-rate")),
    "tabs in comments": a_file(root="#\ttab").replace("t4  #", "t4\t#"),
    "hundred trials": a_file(max_job_count="100"),
}

BAD: dict[str, tuple[str, str]] = {
    # syntax
    "a tab as indentation": ("syntax", "command: x\nhyper_tuning:\n⟦\tgoal: MAXIMIZE\n"),
    "an open bracket": ("syntax", a_file(side_metrics="[a\n  goal⟦: x")),
    "an open quote": ("syntax", 'command: "python\n⟦'),
    "a second colon": ("syntax", a_file(command="a: b").replace("a: b", "a⟦: b")),
    "an unknown alias": ("syntax", a_file(node="⟦*nothing")),
    "a control character": ("syntax", "command: a⟦\x07b\n"),
    "a node inside itself": ("syntax", "parameters: &a [⟦*a]\n"),
    "a key written twice": ("duplicate-key", a_file(root="⟦node: 1")),
    "a spec's key written twice": ("duplicate-key", a_file(BLOCK_SPEC + "\n  ⟦type: DOUBLE")),
    "a second document": ("second-document", a_file() + "⟦---\nx: 1\n"),
    "not a mapping": ("wrong-type", "⟦just text\n"),
    "a list": ("wrong-type", "⟦- a\n- b\n"),
    # missing
    "no section": ("missing-key", a_file().split("hyper_tuning")[0]),
    "an empty section": ("missing-key", a_file().split("hyper_tuning")[0] + "⟦hyper_tuning:\n"),
    "no command": ("missing-key", a_file(command=None)),
    "no metric": ("missing-key", a_file(hyperparameter_metric=None)),
    "no goal": ("missing-key", a_file(goal=None)),
    "no algorithm": ("missing-key", a_file(algorithm=None)),
    "no number of trials": ("missing-key", a_file(max_job_count=None)),
    "no spec type": ("missing-key", a_file("- {name: lr, min_value: 1, max_value: 2}")),
    "no spec name": ("missing-key", a_file("- {type: DOUBLE, min_value: 1, max_value: 2}")),
    "no min_value": ("missing-key", a_file("- {name: lr, type: DOUBLE, max_value: 2}")),
    "no values": ("missing-key", a_file("- {name: lr, type: DISCRETE}")),
    "no binding path": ("missing-key", a_file(data_bindings="[{data: a/b/1}]")),
    # types
    "a word for a number": ("wrong-type", a_file(max_job_count="⟦many")),
    "half a trial": ("wrong-type", a_file(max_job_count="⟦2.5")),
    "an integer with a half": ("wrong-type", a_file(double(type="INTEGER", min_value="⟦0.5"))),
    "a truth for a number": ("wrong-type", a_file(double(max_value="⟦true"))),
    "a number that is none": ("wrong-type", a_file(double(max_value="⟦.nan"))),
    "a list for a metric": ("wrong-type", a_file(hyperparameter_metric="⟦[acc]")),
    "a word for a list": ("wrong-type", a_file(side_metrics="⟦loss")),
    "a word for the section": ("wrong-type", a_file().split("hyper_tuning")[0] + "hyper_tuning: ⟦x\n"),
    "a word among numbers": ("wrong-type", a_file(listed("DISCRETE", "[1, ⟦two]"))),
    "a word for a spec": ("wrong-type", a_file("- ⟦lr")),
    "a mapping for specs": ("wrong-type", a_file(parameter_specs="⟦{name: lr}")),
    # spellings
    "MINIMISE": ("unknown-spelling", a_file(goal="⟦MINIMISE")),
    "Bayes": ("unknown-spelling", a_file(algorithm="⟦Bayesean")),
    "no such algorithm": ("unknown-spelling", a_file(algorithm="⟦Hyperband")),
    "FLOAT": ("unknown-spelling", a_file(double(type="⟦FLOAT"))),
    "LOG": ("unknown-spelling", a_file(double(scale_type="⟦LOG_SCALE"))),
    "write": ("unknown-spelling", a_file(data_bindings="[{data: a, path: /input0, type: ⟦rx}]")),
    "a misspelt spec key": (
        "unknown-key", a_file(double(**{"⟦scale_typ": "UNIT_LOG_SCALE"}))
    ),
    "a key of somebody else's": ("unknown-key", a_file(root="⟦x-owner: me")),
    "a spec key of somebody else's": ("unknown-key", a_file(double(**{"⟦comment": "x"}))),
    # ranges
    "min above max": ("min-above-max", a_file(double(min_value="⟦2"))),
    "min equals max": ("min-equals-max", a_file(double(min_value="⟦1"))),
    "log from zero": ("log-needs-positive", a_file(double(min_value="⟦0", scale_type="UNIT_LOG_SCALE"))),
    "log from below": ("log-needs-positive", a_file(double(min_value="⟦-1", scale_type="UNIT_LOG_SCALE"))),
    "a range too wide": ("range-too-wide", a_file(double(min_value="-1e308", max_value="⟦1e308"))),
    "a quoted number": ("quoted-number", a_file(double(max_value='⟦"1"'))),
    "no discrete values": ("empty-values", a_file(listed("DISCRETE", "⟦[]"))),
    "no categories": ("empty-values", a_file(listed("CATEGORICAL", "⟦[]"))),
    "no specs": ("empty-values", a_file(parameter_specs="⟦[]")),
    "a number twice": ("repeated-value", a_file(listed("DISCRETE", "[1, 2, ⟦1.0]"))),
    "a category twice": ("repeated-value", a_file(listed("CATEGORICAL", "[a, b, ⟦a]"))),
    "a category that is a number": ("unquoted-category", a_file(listed("CATEGORICAL", "[a, ⟦1]"))),
    "a category that others read as true": ("unquoted-category", a_file(listed("CATEGORICAL", "[a, ⟦on]"))),
    "a name twice": ("duplicate-name", a_file(LR, double(name="⟦lr"))),
    "a name with a blank": ("bad-name", a_file(double(name="⟦a b"))),
    "a name with an equals sign": ("bad-name", a_file(double(name="⟦a=b"))),
    "a name of dashes": ("bad-name", a_file(double(name='⟦"--"'))),
    "a key without meaning": ("unused-key", a_file(double(**{"⟦discrete_values": "[1]"}))),
    # counts
    "zero trials": ("max-job-count-range", a_file(max_job_count="⟦0")),
    "too many trials": ("max-job-count-range", a_file(max_job_count="⟦101")),
    "grid over a range": ("grid-continuous", a_file(double(type="⟦DOUBLE"), algorithm="Grid")),
    "grid over integers": ("grid-continuous", a_file(double(type="⟦INTEGER", min_value="1", max_value="3"), algorithm="Grid")),
    "a grid larger than the job": (
        "grid-too-large", a_file(listed("DISCRETE", "[1, 2, 3]"), algorithm="Grid", max_job_count="⟦2")
    ),
    "more at a time than in all": ("parallel-too-large", a_file(parallel_count="⟦11")),
    "none at a time": ("parallel-too-small", a_file(parallel_count="⟦0")),
    # metrics and commands
    "an empty metric": ("empty-metric", a_file(hyperparameter_metric='⟦""')),
    "a null metric": ("empty-metric", a_file(hyperparameter_metric="⟦~")),
    "the objective as a side metric": ("side-metric-is-objective", a_file(side_metrics="[⟦acc]")),
    "a side metric twice": ("repeated-value", a_file(side_metrics="[loss, ⟦loss]")),
    "an empty command": ("empty-command", a_file(command='⟦""')),
    "a null command": ("empty-command", a_file(command="⟦~")),
    "an unknown environment": ("unknown-environment", a_file(env="⟦caffe-1.0")),
    "a command line that needs more": ("official-needs", a_file(side_metrics=None)),
    "an empty access": ("official-needs", a_file(data_bindings='[{data: a, path: /input0, type: ⟦""}]')),
    "more nodes": ("cloud-only", a_file(node="2").replace("node:", "⟦node:")),
    # bindings
    "a bad mount": ("bad-binding-path", a_file(data_bindings="[{data: a, path: ⟦/data}]")),
    "a bad short binding": ("bad-binding", a_file(data_bindings="[⟦nonsense]")),
    "two inputs at one place": (
        "duplicate-path", a_file(data_bindings="[{data: a, path: /input0}, {data: b, path: ⟦/input0}]")
    ),
    "two lists of bindings": (
        "several-binding-lists", a_file(data_bindings="[{data: a, path: /input0}]", root="⟦bindings: [b:/input1]")
    ),
    # secrets
    "a secret in clear text": ("secret-in-file", a_file(parameters="{T: {is_secret: true, ⟦value: x}}")),
    "a source without a flag": ("secret-source-without-flag", a_file(parameters="{T: {⟦source: env, env: X}}")),
    "a source and a value": (
        "secret-source-and-value", a_file(parameters="{T: {is_secret: true, source: env, env: X, value: ⟦y}}")
    ),
    "a source of another kind": (
        "secret-unknown-source", a_file(parameters="{T: {is_secret: true, source: ⟦file, env: X}}")
    ),
    "a source without a name": ("secret-without-env", a_file(parameters="{T: {is_secret: true, source: ⟦env}}")),
    "a secret of nothing": ("secret-without-value", a_file(parameters="{T: ⟦{is_secret: true}}")),
    "a mapping that is no secret": ("secret-not-marked", a_file(parameters="{T: ⟦{is_secret: false}}")),
    "a variable that cannot be": (
        "secret-bad-env", a_file(parameters="{T: {is_secret: true, source: env, env: ⟦a-b}}")
    ),
    "a parameter that is tuned": ("tuned-wins", a_file(parameters="{⟦lr: 1}")),
}  # fmt: skip


def marked(text: str) -> tuple[str, tuple[int, int] | None]:
    """The text without its mark, and line and column of the mark."""
    before, mark, after = text.partition("⟦")
    if not mark:
        return text, None
    return before + after, (before.count("\n") + 1, len(before) - before.rfind("\n"))


def found(text: str) -> list[Any]:

    return [p for p in load_text(text).problems if p.path != ("resource",)]


def test_that_the_table_has_at_least_eighty_files() -> None:
    assert len(GOOD) + len(BAD) >= 80


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_that_a_valid_file_has_a_config_and_no_problems(text: str) -> None:
    assert [str(p) for p in found(text)] == []
    assert load_text(text).config is not None


@pytest.mark.parametrize(("code", "text"), BAD.values(), ids=BAD.keys())
def test_that_an_invalid_file_has_the_problem_at_the_marked_position(code: str, text: str) -> None:
    source, position = marked(text)
    problems = found(source)
    assert [p.code for p in problems] == [code], [str(p) for p in problems]
    if position is not None:
        assert (problems[0].line, problems[0].column) == position
    assert (load_text(source).config is None) == has_errors(problems)


@pytest.mark.parametrize(("code", "text"), BAD.values(), ids=BAD.keys())
def test_that_a_quick_fix_removes_its_problem(code: str, text: str) -> None:
    source, _ = marked(text)
    for problem in found(source):
        if problem.fix is not None:
            fixed = problem.fix.edit().apply(source)
            assert code not in [p.code for p in found(fixed)], fixed


@pytest.mark.parametrize("text", [t for _, t in BAD.values()], ids=BAD.keys())
def test_that_every_message_exists_in_both_languages(text: str) -> None:
    for problem in found(marked(text)[0]):
        english, chinese = problem.message.render("en"), problem.message.render("zh")
        assert english != chinese
        assert "{" not in english.replace("{“", "")


LOCAL_BAD = {
    "no such runner": ("unknown-spelling", "runner: ⟦podman\n"),
    "no such objective": ("unknown-spelling", "objective: ⟦first\n"),
    "less than no GPU": ("out-of-range", "gpus_per_trial: ⟦-1\n"),
    "several GPUs that are shared": ("contradiction", "gpus_per_trial: ⟦2\ntrials_per_gpu: 3\n"),
    "half a trial a GPU": ("wrong-type", "trials_per_gpu: ⟦0.5\n"),
    "less than no CPU": ("out-of-range", "cpus: ⟦-1\n"),
    "a size in words": ("wrong-type", "memory: ⟦lots\n"),
    "a time in words": ("wrong-type", "trial_timeout: ⟦tomorrow\n"),
    "gpus in words": ("unknown-spelling", "gpus: ⟦some\n"),
    "a truth among GPUs": ("wrong-type", "gpus: [0, ⟦true]\n"),
    "a misspelt key": ("unknown-key", "⟦runer: docker\n"),
    "a list": ("wrong-type", "⟦- runner\n"),
    "broken": ("syntax", "gpus: [0\n⟦"),
    "a runner of nodes in words": ("unknown-spelling", "ray:\n  runner: ⟦ray\n"),
    "an address of many": ("wrong-type", "ray:\n  address: ⟦[a, b]\n"),
    "no patience": ("wrong-type", "ray:\n  patience: ⟦never\n"),
    "a cluster as a list": ("wrong-type", "ray:\n  ⟦- a\n"),
    "less than nothing of a resource": ("out-of-range", "ray:\n  resources:\n    a100: ⟦-1\n"),
    "a folder for a node as a list": ("wrong-type", "data:\n  me/set/1:\n    lab-1: ⟦[a]\n"),
    "a word for a truth": ("wrong-type", "inject_client: ⟦maybe\n"),
    "early stopping in words": ("wrong-type", "early_stopping: ⟦median\n"),
    "an unknown key of early stopping": ("unknown-key", "early_stopping:\n  ⟦patience: 3\n"),
    "less than one report": ("out-of-range", "early_stopping:\n  min_steps: ⟦0\n"),
    "a confidence of one": ("out-of-range", "early_stopping:\n  confidence: ⟦1\n"),
    "a confidence in percent": ("out-of-range", "early_stopping:\n  confidence: ⟦97\n"),
    "no hours": ("out-of-range", "max_hours: ⟦0\n"),
    "GPU hours in words": ("wrong-type", "max_gpu_hours: ⟦a night\n"),
}


@pytest.mark.parametrize(("code", "text"), LOCAL_BAD.values(), ids=LOCAL_BAD.keys())
def test_that_an_invalid_local_file_has_the_problem_at_the_marked_position(code: str, text: str) -> None:
    source, position = marked(text)
    problems = load_local_text(source).problems
    assert [p.code for p in problems] == [code]
    assert (problems[0].line, problems[0].column) == position


def test_that_every_local_setting_is_read() -> None:
    settings = load_local_text(
        "runner: Docker\nimage: a:b\npython: /usr/bin/python3\ngpus: [0, GPU-1]\ngpus_per_trial: 1\ntrials_per_gpu: 2\ncpus: 1.5\n"
        "memory: 8g\nshm_size: 512 MB\npids_limit: 99\ndata: {a/b/1: ~/d, c/d/2: {default: /d, n: /e}}\nenvironment: {A: 1}\ntrial_timeout: 2h\n"
        "in_place: {data: rw}\ncopy: [a.pt]\nsend: data\n"
        "max_failed_trials: 7\nseed: 3\nobjective: best\nuse_busy_gpus: true\ninject_client: false\nparameters_as: '{name}={value}'\nshell: bash\nstop_when_exhausted: false\n"
        "metrics: [{csv: a.csv, rename: {a: b}}]\n"
        "early_stopping: {min_steps: 4, confidence: 0.9}\nmax_hours: 8\nmax_gpu_hours: 0.5\n"
        "hours: {when: 20:00-08:00, give_back: true, zone: UTC}\n"
        "ray: {address: h:6379, runner: process, resources: {a100: 1}, outputs: '*.pt', patience: 5m}\n"
    ).settings
    assert settings is not None
    assert settings.model_dump(mode="json") == {
        "runner": "docker", "image": "a:b", "registry_mirror": None, "python": "/usr/bin/python3",
        "gpus": [0, "GPU-1"], "gpus_per_trial": 1, "trials_per_gpu": 2, "cpus": 1.5, "memory": 8 * 2**30, "shm_size": 512 * 2**20, "pids_limit": 99,
        "data": {"a/b/1": "~/d", "c/d/2": {"default": "/d", "n": "/e"}}, "environment": {"A": "1"},
        "in_place": {"data": "rw"}, "copied": ["a.pt"], "send": ["data"], "trial_timeout": 7200.0, "max_failed_trials": 7,
        "early_stopping": {"min_steps": 4, "confidence": 0.9}, "max_hours": 8.0, "max_gpu_hours": 0.5,
        "hours": {"when": "20:00-08:00", "give_back": True, "zone": "UTC"},
        "known": [], "baseline": None, "expect": {},  # read with the names of the other file
        "metrics": [{"kind": "csv", "value": "a.csv", "rename": {"a": "b"}}],
        "seed": 3, "objective": "best", "use_busy_gpus": True, "inject_client": False, "parameters_as": "{name}={value}", "shell": "bash", "stop_when_exhausted": False,
        "ray": {
            "address": "h:6379", "runner": "process", "resources": {"a100": 1.0}, "outputs": "*.pt",
            "patience": 300.0,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "settings"),
    [
        ("early_stopping: true\n", EarlyStopping()),
        ("early_stopping: {}\n", EarlyStopping()),
        ("early_stopping:\n  confidence: 0.9\n", EarlyStopping(confidence=0.9)),
        ("early_stopping: false\n", None),
        ("seed: 1\n", None),
    ],
)
def test_that_early_stopping_is_a_switch_or_a_map(written: str, settings: EarlyStopping | None) -> None:
    loaded = load_local_text(written)
    assert loaded.problems == ()
    assert loaded.settings is not None
    assert loaded.settings.early_stopping == settings


@pytest.mark.parametrize(
    "code", ["3e563", "67217e15", "0123456", "-012", "0x1f", "0o17", "3.10", "+5", "1.50"]
)
def test_that_a_code_that_yaml_reads_as_a_number_is_reported_with_a_fix_that_keeps_it(code: str) -> None:
    text = FILE.replace("hyper_tuning:", f"parameters: {{commit: {code}}}\nhyper_tuning:", 1)
    (problem,) = [p for p in load_text(text).problems if p.code == "code-as-number"]
    assert f"YAML reads {code} as a number" in str(problem.message)
    assert problem.fix is not None
    fixed = load_text(YamlDocument.parse(text).apply(problem.fix.edit()).text)
    assert fixed.config is not None
    assert fixed.config.parameters == {"commit": code}
    assert "code-as-number" not in {p.code for p in fixed.problems}


@pytest.mark.parametrize(
    "number",
    ["1e-3", "1e10", "12", "0", "0.5", "-3", "1.5e300", "'007'", "1e5", "12e15", "1.0", "3.1", "100"],
)
def test_that_a_number_is_not_reported_as_a_code(number: str) -> None:
    text = FILE.replace("hyper_tuning:", f"parameters: {{n: {number}}}\nhyper_tuning:", 1)
    assert "code-as-number" not in {p.code for p in load_text(text).problems}


@pytest.mark.parametrize(
    "form", ["--{name}", "{value}", "", "--{name}={value:d}", "{name}={value}{trial}", "{}"]
)
def test_that_a_form_of_parameters_needs_a_name_and_a_value_and_nothing_else(form: str) -> None:
    (problem,) = load_local_text(f"cpus: 1\nparameters_as: '{form}'\n").problems
    assert (problem.code, problem.line, problem.column) == ("wrong-form", 2, 16)


def test_that_categories_are_read_as_written() -> None:
    config = load_text(a_file(listed("CATEGORICAL", "[on, 1, 1.0, 'x', ~, 1e5]"))).config
    assert config is not None
    assert config.hyper_tuning.parameter_specs[0].categorical_values == ("on", "1", "1.0", "x", "~", "1e5")


def test_that_bytes_that_are_not_utf_8_are_reported_with_their_position() -> None:
    from bayescore.config.load import decode

    text, bad = decode("command: 训练".encode() + b"\xff\xfe\n")
    problems = load_text(text, bad_offset=bad).problems
    assert [(p.code, p.line, p.column) for p in problems] == [("encoding", 1, 12)]
