"""A job that has run, for the commands that read it."""

from __future__ import annotations

import pytest

from support.workspace import REPORT_X, Workspace

ONE_OF_EACH = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.1, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "d", "type": "DISCRETE", "discrete_values": [1, 2, 3]},
    {"name": "c", "type": "CATEGORICAL", "categorical_values": ["a", "on"]},
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory):
    """A workspace with one finished job of six trials, for tests that only read."""
    made = Workspace(tmp_path_factory.mktemp("finished"))
    program = REPORT_X + "log_metric('loss', 1 - args.x)\nprint('训练', args.x)\n"
    made.write(program, specs=ONE_OF_EACH, max_job_count=6, side_metrics=["loss"])
    made.tune("-m", "第一次")
    yield made
    made.close()
