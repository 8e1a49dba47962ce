"""Problems of ``gpus`` and ``gpus_per_trial`` that only a look at this machine shows."""

from __future__ import annotations

from pathlib import Path

from bayescore.config import LOCAL_FILE_NAME, LoadedLocal, LocalSettings, Problem, RunnerChoice, Severity
from bayescore.config.reader import Reader
from bayescore.i18n import text
from bayescore.trials.gpus import chosen, too_few, visible


def gpu_problems(project: Path, local: LoadedLocal, settings: LocalSettings) -> tuple[Problem, ...]:
    """GPUs that are named or needed and are not on this machine; of a Ray cluster, Ray knows them.

    Parameters
    ----------
    settings
        Those of the file, or of a start with options.
    """
    if settings.runner is RunnerChoice.RAY or settings.gpus == "none":
        return ()
    needed, named = settings.gpus_per_trial, settings.gpus != "all"
    if needed == 0 or (needed == 1 and not named):
        return ()
    found = chosen(visible(), settings.gpus)
    reader = Reader(local.document, project / LOCAL_FILE_NAME)
    if named and not found:
        message = text("None of the chosen GPUs is on this machine.")
        reader.report(Severity.ERROR, "no-such-gpu", ("gpus",), message)
    elif len(found) < needed:
        reader.report(Severity.ERROR, "too-few-gpus", ("gpus_per_trial",), too_few(needed, len(found)))
    return reader.finish()
