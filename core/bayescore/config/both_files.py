"""Problems that only both files together show."""

from __future__ import annotations

from pathlib import Path

from bayescore.config.load import LOCAL_FILE_NAME, Loaded, LoadedLocal
from bayescore.config.local import CommandShell
from bayescore.config.metric_sources import report_unwanted
from bayescore.config.options_place import is_in_background, needs_bash
from bayescore.config.problems import Problem, Severity
from bayescore.config.reader import Reader
from bayescore.i18n import text


def problems_of(file: Path, loaded: Loaded, local: LoadedLocal) -> tuple[Problem, ...]:
    """Every problem of ``openbayes.yaml`` (``file``), of its local file, and of one beside the other."""
    found = (*loaded.problems, *local.problems)
    if loaded.config is None or local.settings is None:
        return found
    reader = Reader(loaded.document, file)
    word = needs_bash(loaded.config.command)
    if word is not None and local.settings.shell is CommandShell.SH:
        is_lost = is_in_background(word.text)
        message = text(
            "“{word}” is of bash, but sh runs the command. Set “shell: bash” in openbayes.local.yaml.",
            word=word.text,
        )
        reader.report_part(
            Severity.ERROR if is_lost else Severity.WARNING, "needs-bash", ("command",), message, word.text
        )
    tuning = loaded.config.hyper_tuning
    own = Reader(local.document, file.with_name(LOCAL_FILE_NAME))
    report_unwanted(own, local.settings.metrics, tuning.side_metrics, tuning.hyperparameter_metric)
    return (*found, *reader.finish(), *own.finish())
