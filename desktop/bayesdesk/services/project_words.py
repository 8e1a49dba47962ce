"""Values that the editor suggests: environments, and metrics that the project's program reports."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from pathlib import Path

from bayescore.config.runtimes import runtime_names
from bayescore.files import read_text
from bayescore.files.listing import files_below

_METRIC = re.compile(r"""log_metric\(\s*["']([^"'\n]{1,200})["']""")
_MOST_ENTRIES = 20_000  # of the project that are looked at
_MOST_FILES = 200
_MOST_NAMES = 200
_MOST_BYTES = 2**20


def project_words(project: Path) -> dict[str, list[str]]:
    """Suggested values by key; reads the project's Python files."""
    metrics = metric_names(project)
    return {
        "env": list(runtime_names()),
        "hyperparameter_metric": metrics,
        "side_metrics": metrics,
        "path": ["/input0", "/input1", "/input2", "/input3", "/input4", "/output"],
    }


def metric_names(project: Path) -> list[str]:
    """Names that the project's programs pass to ``log_metric``, in the order of the files."""
    found: dict[str, None] = {}
    programs = (file for file in files_below(project, _MOST_ENTRIES, links=True) if file.suffix == ".py")
    for file in islice(programs, _MOST_FILES):
        with suppress(OSError):  # one that is too large, or a pipe
            found.update(dict.fromkeys(_METRIC.findall(read_text(file, _MOST_BYTES))))
    return list(found)[:_MOST_NAMES]
