"""Domain objects for tests."""

from __future__ import annotations

from typing import Any

from bayescore.config import LocalSettings, load_text
from bayescore.store import Submission

FILE = """\
command: python main.py
hyper_tuning:
  max_job_count: 10
  parallel_count: 2
  hyperparameter_metric: score
  goal: MAXIMIZE
  algorithm: Random
  side_metrics: [loss]
  parameter_specs:
    - {name: x, type: DOUBLE, min_value: 0, max_value: 1}
"""


def a_submission(file_text: str = FILE, **changes: Any) -> Submission:
    """A valid submission of a process job, with changes."""
    config = load_text(file_text).config
    assert config is not None
    fields: dict[str, Any] = {
        "name": "test",
        "project": "/nowhere",
        "file_text": file_text,
        "config": config,
        "local": LocalSettings(),
        "runner": "process",
        "seed": 1,
    }
    return Submission(**{**fields, **changes})
