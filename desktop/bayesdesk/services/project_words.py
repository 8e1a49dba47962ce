"""Words of a project that the editor can offer: environments, and metrics that its program reports."""

from __future__ import annotations

import re
from pathlib import Path

from bayescore.config.environments import known_environments

_METRIC = re.compile(r"""log_metric\(\s*["']([^"']+)["']""")
_MOST_FILES = 200
_MOST_BYTES = 2**20


def project_words(project: Path) -> dict[str, list[str]]:
    """Words by the key whose value they may be; reads the project's Python files."""
    metrics = metric_names(project)
    return {
        "env": list(known_environments()),
        "hyperparameter_metric": metrics,
        "side_metrics": metrics,
        "path": ["/input0", "/input1", "/input2", "/input3", "/input4", "/output"],
    }


def metric_names(project: Path) -> list[str]:
    """Names that the project's programs give to ``log_metric``, in the order of their files."""
    found: dict[str, None] = {}
    for count, file in enumerate(sorted(project.rglob("*.py"))):
        if count >= _MOST_FILES:
            break
        try:
            if file.stat().st_size <= _MOST_BYTES:
                found.update(dict.fromkeys(_METRIC.findall(file.read_text("utf-8", errors="replace"))))
        except OSError:
            continue
    return list(found)
