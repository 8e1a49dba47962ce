"""Making a trial's folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bayescore.errors import RunnerError
from bayescore.i18n import text
from bayescore.trials.launch import TrialFolder
from bayescore.trials.parameters import FILE_NAME, as_json
from bayescore.trials.snapshot import copy_tree

_DONE = ".ready"  # the folder is whole: a restarted engine need not make it again


def make(
    root: Path, attempt: int, snapshot: Path, parameters: Mapping[str, Any], extra: Path | None = None
) -> TrialFolder:
    """Make the folder of an attempt; one that is whole already is used as it is.

    Parameters
    ----------
    root
        ``…/trials/003``; what an earlier attempt left there moves to ``003.1``.
    extra
        A folder whose content the output begins with: data bound to ``/output``.

    Raises
    ------
    RunnerError
        When it cannot be written.
    """
    folder = TrialFolder(root)
    if is_made(root, attempt):
        return folder
    try:
        _set_aside(root, attempt)
        if root.exists():
            shutil.rmtree(root)
        for path in (folder.output, folder.home, folder.spool):
            path.mkdir(parents=True)
        if extra is not None:
            copy_tree(extra, folder.output)
        copy_tree(snapshot, folder.output)
        target = folder.output / FILE_NAME
        target.unlink(missing_ok=True)
        target.write_text(as_json(parameters), encoding="utf-8")
        _mark(root, attempt).touch()
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RunnerError(
            text("The folder {folder} cannot be written: {reason}.", folder=root, reason=reason),
            text("Check the disk's free space and the folder's permissions."),
        ) from None
    return folder


def is_made(root: Path, attempt: int) -> bool:
    """Whether the folder is whole and belongs to this attempt: only then can its program exist."""
    return _mark(root, attempt).exists()


def _mark(root: Path, attempt: int) -> Path:
    return root / f"{_DONE}-{attempt}"


def _set_aside(root: Path, attempt: int) -> None:
    earlier = next(iter(root.glob(f"{_DONE}-*")), None) if root.exists() else None
    if earlier is not None and attempt > 1:
        number = earlier.name.rpartition("-")[2]
        root.replace(root.with_name(f"{root.name}.{number}"))
