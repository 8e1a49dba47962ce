"""The JSON Schemas accept what the readers accept."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from bayescore.config import LocalSettings, load_local_text, load_text
from bayescore.config.schema import local_schema, openbayes_schema
from config.test_problems import GOOD


def is_valid(schema: dict[str, Any], data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(data))


@pytest.mark.parametrize("schema", [openbayes_schema(), local_schema()], ids=["openbayes", "local"])
def test_that_a_schema_is_valid(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_that_a_file_without_problems_is_valid(text: str) -> None:
    errors = list(
        jsonschema.Draft202012Validator(openbayes_schema()).iter_errors(load_text(text).document.data)
    )
    assert errors == []


@pytest.mark.parametrize(
    "change",
    [{"hyper_tuning": 3}, {"hyper_tuning": {"max_job_count": 101}}, {"hyper_tuning": {"goal": "UP"}}],
    ids=str,
)
def test_that_a_file_with_problems_is_invalid(change: dict[str, Any]) -> None:
    good = load_text(GOOD["as in the guide"]).document.data
    section = change["hyper_tuning"]
    wrong = {
        **good,
        "hyper_tuning": {**good["hyper_tuning"], **section} if isinstance(section, dict) else section,
    }
    assert is_valid(openbayes_schema(), good)
    assert not is_valid(openbayes_schema(), wrong)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("runner: docker\nmemory: 8g\ntrial_timeout: 90\ngpus: [0, GPU-1]\ncpus: 1.5\n", True),
        ("gpus: all\ndata: {a/b/1: ~/x}\nenvironment: {A: 1}\nseed: 3\n", True),
        ("early_stopping: true\nmax_hours: 8\n", True),
        ("hours: 20:00-08:00, sat\n", True),
        ("hours: {when: sat, give_back: true, zone: UTC}\n", True),
        ("hours: {give_back: true}\n", False),
        ("early_stopping: {min_steps: 4, confidence: 0.9}\n", True),
        ("early_stopping: {confidence: 1}\n", False),
        ("early_stopping: median\n", False),
        ("max_gpu_hours: 0\n", False),
        ("runner: podman\n", False),
        ("trials_per_gpu: 0\n", False),
    ],
)
def test_that_the_local_schema_agrees_with_the_reader(text: str, good: bool) -> None:
    loaded = load_local_text(text)
    assert (loaded.settings is not None) == good
    assert is_valid(local_schema(), loaded.document.data) == good


def test_that_the_schema_names_every_local_setting() -> None:
    names = {field.alias or name for name, field in LocalSettings.model_fields.items()}
    assert set(local_schema()["properties"]) == names
