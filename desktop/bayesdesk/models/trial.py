"""What the window says about one trial."""

from __future__ import annotations

from bayescore.i18n import _
from bayescore.results import Baseline
from bayescore.store import Trial, TrialState
from bayesdesk.models.early_stops import forecast_lines
from bayesdesk.models.formatting import TONES, duration, number, state_word
from bayesdesk.models.snapshot import JobView

_ORIGINS = {
    "initial": lambda: _("Initial sample"),
    "model": lambda: _("Suggested by the model"),
    "grid": lambda: _("Next point of the grid"),
    "random": lambda: _("Drawn at random"),
    "imported": lambda: _("Imported: it ran elsewhere"),
    "baseline": lambda: _("The baseline of the settings"),
    "known": lambda: _("A known set of the settings"),
    "measured": lambda: _("Measured elsewhere: it was not run"),
    "by_hand": lambda: _("Added by hand"),
}


def badge_of(view: JobView, trial: Trial) -> tuple[str, str]:
    """The word on a trial's badge and its tone: the best trial is marked as such."""
    if view.best is not None and view.best.number == trial.number:
        return _("best so far"), "good"
    return state_word(trial.state), TONES.get(trial.state.value, "")


def remark_of(trial: Trial, baseline: Baseline | None) -> str:
    """What is added to a trial's state: that it is the baseline, or was not chosen by the search."""
    if baseline is not None and baseline.trial.number == trial.number:
        return _("baseline")
    remarks = {
        "known": lambda: _("known set"),
        "measured": lambda: _("measured elsewhere"),
        "by_hand": lambda: _("by hand"),
    }
    remark = remarks.get(trial.origin)
    return remark() if remark is not None else ""


def severity_of(trial: Trial) -> str:
    """How the reason for which a trial has ended is shown: to be stopped early is no failure."""
    return "hint" if trial.state is TrialState.STOPPED_EARLY else "error"


def reasons_of(trial: Trial) -> list[str]:
    """Why the search suggested a trial, and what it predicted."""
    forecast = trial.forecast
    if forecast is None:
        origin = _ORIGINS.get(trial.origin)
        return [origin()] if origin is not None else []
    reasons = {
        "best_guess": _("The model's best guess, away from the best so far"),
        "near_best": _("Near the best so far, where the model predicts a gain"),
        "exploring": _("Exploring where the model is uncertain"),
    }
    predicted = _(
        "Predicted {mean} ± {deviation}",
        mean=number(float(f"{forecast.mean:.4g}")),
        deviation=f"{forecast.deviation:.2g}",
    )
    return [reasons.get(forecast.why, forecast.why), predicted]


def outcome_of(trial: Trial) -> str:
    """How long a trial took, on which GPUs, and its exit code, as far as they are known."""
    if not trial.state.ended:
        return _("Running for {time}", time=duration(trial)) if trial.started_at else ""
    parts = [_("Took {time}", time=duration(trial))] if trial.started_at else []
    parts += [f"GPU {', '.join(trial.gpus)}"] if trial.gpus else []
    parts += [_("exit code {code}", code=trial.exit_code)] if trial.exit_code is not None else []
    return " · ".join(parts)


def summary_of(view: JobView, trial: Trial) -> str:
    """A trial in a tool tip: its number, its value or state, its forecast, its parameters."""
    if trial.state is TrialState.STOPPED_EARLY:
        lines = [
            f"#{trial.number}  {state_word(trial.state)}",
            *([str(trial.reason)] if trial.reason else []),
        ]
    else:
        value = number(trial.value) if trial.value is not None else state_word(trial.state)
        lines = [f"#{trial.number}  {view.job.metric} {value}", *forecast_lines(trial)]
    if remark := remark_of(trial, view.baseline):
        lines.insert(1, remark)
    lines += [f"{name}: {number(v)}" for name, v in trial.parameters.items()]
    return "\n".join(lines)
