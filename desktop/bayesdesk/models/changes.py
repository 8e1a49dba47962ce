"""The settings of a running job that can be changed, as the fields of a dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bayescore.config.job_change import NO_LIMIT
from bayescore.config.local import written_duration
from bayescore.i18n import _


@dataclass(frozen=True)
class Field:
    """A field of the dialog.

    Attributes
    ----------
    when_empty
        What an empty field stands for.
    """

    title: Callable[[], str]
    placeholder: Callable[[], str] = str
    when_empty: str = ""


FIELDS = {
    "count": Field(lambda: _("Number of trials")),
    "parallel": Field(lambda: _("Trials at a time")),
    "gpus": Field(lambda: _("GPUs"), lambda: _("all, none, or a list: 0,1"), "all"),
    "trials_per_gpu": Field(lambda: _("Trials per GPU")),
    "trial_timeout": Field(lambda: _("Time limit of a trial"), lambda: _("none, or 2h"), NO_LIMIT),
    "max_failed_trials": Field(lambda: _("Failed trials at most"), lambda: _("no limit"), NO_LIMIT),
    "max_hours": Field(lambda: _("Hours at most"), lambda: _("no limit"), NO_LIMIT),
    "max_gpu_hours": Field(lambda: _("GPU hours at most"), lambda: _("no limit"), NO_LIMIT),
    "hours": Field(lambda: _("Hours in which trials begin"), lambda: _("always"), NO_LIMIT),
}


def field_text(name: str, value: Any) -> str:
    """What a field shows for a setting: nothing for no limit."""
    if value is None:
        return ""
    if name == "hours":
        return str(value)
    if name == "gpus":
        return value if isinstance(value, str) else ",".join(str(gpu) for gpu in value)
    if name == "trial_timeout":
        return written_duration(value)
    return f"{value:g}"
