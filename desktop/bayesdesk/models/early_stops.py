"""What the window says about forecasts of running trials, trials that were stopped early, and budgets."""

from __future__ import annotations

from bayescore.i18n import _, n_
from bayescore.results import EarlyStops
from bayescore.store import EndForecast, Trial, TrialState
from bayesdesk.models.formatting import number, span
from bayesdesk.models.snapshot import Budget

_HOUR = 3600.0
_LEAST_PERCENT = 0.1  # smaller chances are not worth their digits


def percent_words(percent: float) -> str:
    """A chance in percent: with one digit behind the point where it is small."""
    if percent < _LEAST_PERCENT:
        return f"< {_LEAST_PERCENT} %"
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def chance_words(chance: float) -> str:
    """The chance of a running trial, 0 to 1, in a sentence."""
    return _("Chance to become the best: {percent}", percent=percent_words(100.0 * chance))


def shown_forecast(trial: Trial) -> EndForecast | None:
    """The forecast to draw for a trial: of one that runs, or of one that was stopped by it."""
    if trial.state in (TrialState.RUNNING, TrialState.STOPPED_EARLY):
        return trial.curve.forecast
    return None


def forecast_lines(trial: Trial) -> list[str]:
    """What early stopping says of a trial that has not ended."""
    if trial.state.ended:
        return []
    lines = [_("Runs to its end, as requested")] if trial.curve.runs_whole else []
    forecast = trial.curve.forecast
    if forecast is None:
        return lines
    expected = _(
        "Step {step} of about {steps}: expected to end at {mean} ± {deviation}",
        step=forecast.step,
        steps=forecast.steps,
        mean=number(float(f"{forecast.mean:.4g}")),
        deviation=f"{forecast.deviation:.2g}",
    )
    return [*lines, expected, chance_words(forecast.chance)]


def stops_line(stops: EarlyStops) -> str | None:
    """How many trials were stopped early, and what that has saved; ``None`` if there are none."""
    if not stops.count:
        return None
    if not stops.saved_seconds:
        return n_(
            "{stopped} of {count} trial stopped early",
            "{stopped} of {count} trials stopped early",
            stops.ended,
            stopped=stops.count,
        )
    return n_(
        "{stopped} of {count} trial stopped early: {time} saved (estimate)",
        "{stopped} of {count} trials stopped early: {time} saved (estimate)",
        stops.ended,
        stopped=stops.count,
        time=span(stops.saved_seconds),
    )


def budget_line(budget: Budget) -> str:
    """What is left of every limit of a job."""
    return " · ".join(words for _share, words in _limits(budget))


def nearest_limit(budget: Budget) -> tuple[float, str]:
    """The share that is left of the limit that ends the job first, 0 to 1, and the words about it."""
    return min(_limits(budget))


def _limits(budget: Budget) -> list[tuple[float, str]]:
    found, left = [], budget.left
    if budget.hours is not None and left.seconds is not None:
        found.append((_share(left.seconds, budget.hours), _left(left.seconds, budget.hours)))
    if budget.gpu_hours is not None and left.gpu_seconds is not None:
        words = _("{left} on GPUs", left=_left(left.gpu_seconds, budget.gpu_hours))
        found.append((_share(left.gpu_seconds, budget.gpu_hours), words))
    return found


def _share(seconds: float, hours: float) -> float:
    return min(1.0, max(0.0, seconds / (hours * _HOUR)))


def _left(seconds: float, hours: float) -> str:
    return _("{time} of {limit} left", time=span(seconds), limit=hours_words(hours))


def hours_words(hours: float) -> str:
    """A limit as it is written: whole hours without minutes."""
    return _("{hours} h", hours=int(hours)) if hours >= 1.0 and hours == int(hours) else span(hours * _HOUR)
