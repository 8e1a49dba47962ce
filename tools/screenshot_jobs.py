"""Jobs that pictures of unusual cases need: 40 parameters, trials that fail, a single trial."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

_REPORT = """\
import sys
from openbayestool import log_metric

values = [float(option.partition("=")[2]) for option in sys.argv[1:]]
best = 1 - sum((v - 0.3) ** 2 for v in values) / len(values)
for step in range(1, 21):
    log_metric("accuracy", best * step / (step + 4))
"""
_FAIL = """\
import sys
sys.exit("CUDA out of memory: tried to allocate 2.00 GiB")
"""
_PARTS = ("encoder", "decoder", "embedding", "attention", "classifier")
_SETTINGS = ("dropout_rate", "learning_rate", "weight_decay", "warmup_share")


def run_all(folder: Path, run: Callable[..., None]) -> None:
    """Run the jobs to their ends.

    Parameters
    ----------
    run
        Runs ``bayesdesk`` with arguments.
    """
    wide = [f"transformer_{part}_{i}_{name}" for i in (1, 2) for part in _PARTS for name in _SETTINGS]
    for name, program, parameters, count in (
        ("transformer", _REPORT, wide, 24),
        ("failing", _FAIL, ["learning_rate", "momentum"], 4),
        ("single", _REPORT, ["learning_rate", "momentum"], 1),
    ):
        project = folder / name
        project.mkdir()
        (project / "main.py").write_text(program, encoding="utf-8")
        content = json.dumps(_settings(parameters, count))  # JSON is YAML
        (project / "openbayes.yaml").write_text(content, encoding="utf-8")
        options = ("--runner", "process", "--seed", "1", "--yes", "--project", str(project))
        run("gear", "run", "hypertuning", *options)


def _settings(parameters: list[str], count: int) -> dict[str, Any]:
    specs = [{"name": name, "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0} for name in parameters]
    return {
        "command": "python main.py",
        "env": "python-3.11",
        "hyper_tuning": {
            "max_job_count": count,
            "parallel_count": 3,
            "hyperparameter_metric": "accuracy",
            "goal": "MAXIMIZE",
            "algorithm": "Random",
            "parameter_specs": specs,
        },
    }
