"""``metrics`` of ``openbayes.local.yaml``, with what can be wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bayescore.config import MetricSource, SourceKind, load_local_text, load_text
from bayescore.config.both_files import problems_of
from bayescore.config.schema import local_schema
from support.workspace import Workspace

EXAMPLE = r"""metrics:
  - log: 'epoch (?P<step>\d+).* val_loss[=: ]+(?P<loss>[-+.\deE]+)'   # named groups; step optional
  - csv: runs/**/results.csv            # columns are metrics
  - jsonl: metrics.jsonl
  - json: "**/trainer_state.json"
  - tensorboard: runs
    rename: {val/acc: accuracy}
"""
CONFIG = """command: python main.py
hyper_tuning:
  max_job_count: 3
  parallel_count: 1
  hyperparameter_metric: loss
  goal: MINIMIZE
  algorithm: Random
  side_metrics: [accuracy]
  parameter_specs:
    - {name: x, type: DOUBLE, min_value: 0, max_value: 1, scale_type: UNIT_LINEAR_SCALE}
"""


def test_that_every_kind_of_source_is_read() -> None:
    settings = load_local_text(EXAMPLE).settings
    assert settings is not None
    assert [str(source.kind) for source in settings.metrics] == ["log", "csv", "jsonl", "json", "tensorboard"]
    assert settings.metrics[4] == MetricSource(
        kind=SourceKind.TENSORBOARD, value="runs", rename={"val/acc": "accuracy"}
    )


@pytest.mark.parametrize(
    ("written", "place", "code", "word"),
    [
        ("- log: 'loss (?P<loss'", "2:16", "pattern", "named capture group"),
        (r"- log: '(?P<loss>a)(?=b)'", "2:22", "pattern", "look-ahead"),
        ("- log: 'loss (.*)'", "2:10", "no-group", "(?P<loss>"),
        (r"- log: '(?P<step>\d+)'", "2:10", "no-group", "(?P<loss>"),
        ("- csv: ../results.csv", "2:10", "path-outside", "working directory"),
        ("- csv: runs/../../a.csv", "2:10", "path-outside", "working directory"),
        ("- json: ~/state.json", "2:11", "path-outside", "working directory"),
        ("- tensorboard: /var/log", "2:18", "path-outside", "working directory"),
        ("- jsonl: 'C:\\a.jsonl'", "2:12", "path-outside", "working directory"),
        ("- tensorboard: /output/runs", "2:18", "path-outside", "runs."),
        ("- {}", "2:5", "metric-source", "tensorboard"),
        ("- {csv: a.csv, json: b.json}", "2:18", "metric-source", "exactly one"),
        ("- results.csv", "2:5", "wrong-type", "csv: results.csv"),
        ("- csv:", "2:5", "missing", "csv"),
        ("- csv: [a]", "2:10", "wrong-type", "string"),
        ("- {csv: a.csv, rename: {a: }}", "2:27", "missing", "a"),
        ("csv: a.csv", "2:3", "wrong-type", "list"),
    ],
)  # fmt: skip
def test_that_a_source_that_cannot_be_read_is_an_error_where_it_is(
    written: str, place: str, code: str, word: str
) -> None:
    loaded = load_local_text(f"metrics:\n  {written}\n")
    errors = [p for p in loaded.problems if p.severity == "error"]
    assert [(f"{p.line}:{p.column}", p.code) for p in errors] == [(place, code)]
    assert word in str(errors[0].message)
    assert loaded.settings is None


@pytest.mark.parametrize(
    ("pattern", "said", "in_chinese"),
    [
        ("(?P<a>x", "a “)” is missing: (?P<a>x. RE2", "缺少“)”：(?P<a>x。RE2"),
        ("(?P<a>[z-a])", "range or class of characters is wrong: z-a.", "字符范围或字符类有误：z-a。"),
        ("(?P<a>x)**", "two repetitions follow each other: **.", "两个重复符号相连：**。"),
        ("*(?P<a>x)", "there is nothing to repeat: *.", "重复符号前没有可重复的内容：*。"),
        ("(?P<a>x)\\", "nothing follows the “\\” at the end.", "末尾的“\\”后面没有内容。"),
        ("(?P<a>x){2000}", "repetitions is wrong or too large: {2000}.", "重复次数有误或过大：{2000}。"),
        ("(?P<a>.{1000}.{1000})", "The pattern is too large.", "模式过大。"),
        ("(?P<a>" + "x" * 2000 + ")", "longer than 2000 characters. Shorten", "模式超过 2000 个字符。"),
    ],
)
def test_that_the_reason_why_a_pattern_is_refused_has_one_language(
    pattern: str, said: str, in_chinese: str
) -> None:
    (problem,) = load_local_text(json.dumps({"metrics": [{"log": pattern}]})).problems
    assert said in problem.message.render("en")
    assert in_chinese in problem.message.render("zh")


def test_that_a_path_of_a_container_is_shortened_by_a_quick_fix() -> None:
    loaded = load_local_text("metrics:\n- csv: /output/a.csv # table\n")
    (problem,) = loaded.problems
    assert problem.fix is not None
    assert problem.fix.edit().apply(loaded.document.text) == "metrics:\n- csv: a.csv # table\n"


def test_that_metrics_that_nobody_wants_are_warned_of_where_they_are_named() -> None:
    local = load_local_text(
        "metrics:\n"
        "- log: '(?P<loss>a) (?P<lr>b) (?P<step>c) (?P<acc>d)'\n"
        "  rename: {acc: accuracy, loss: Loss, other: loss}\n"
        "- tensorboard: runs\n"
        "  rename: {val/f1: f1}\n"
    )
    found = problems_of(Path("openbayes.yaml"), load_text(CONFIG), local)
    warned = [(p.line, p.column, p.code) for p in found if p.severity == "warning"]
    assert warned == [
        (3, 39, "unknown-name"),
        (2, 24, "unwanted-metric"),
        (3, 33, "unwanted-metric"),
        (5, 20, "unwanted-metric"),
    ]
    assert {p.file.name for p in found if p.code == "unwanted-metric" and p.file} == {"openbayes.local.yaml"}
    assert all("side_metrics" in str(p.message) for p in found if p.code == "unwanted-metric")


def test_that_a_source_with_an_error_prevents_a_start(workspace: Workspace) -> None:
    workspace.write(local={"metrics": [{"log": "loss (.*)"}]})
    done = workspace.run("gear", "run", "hypertuning")
    assert done.code == 2
    assert "openbayes.local.yaml:1:" in done.out
    assert "no-group" in done.out


def test_that_the_schema_accepts_what_is_read() -> None:
    schema = local_schema()
    settings = {"metrics": [{"csv": "a.csv", "rename": {"a": "b"}}, {"log": "(?P<a>b)"}]}
    jsonschema.validate(settings, schema)
    for wrong in ({"csv": "a", "json": "b"}, {"rename": {}}, {"csv": 3}, "a.csv"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(json.dumps({"metrics": [wrong]})), schema)
