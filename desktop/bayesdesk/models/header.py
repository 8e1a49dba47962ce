"""What the header of a job's page says, and which of its actions are offered."""

from __future__ import annotations

from dataclasses import dataclass

from bayescore.i18n import _
from bayescore.results import ended_count, gain_text
from bayescore.results.job_changes import changes_since_start, listed
from bayescore.results.job_texts import opening_text
from bayescore.store import JobState, TrialState
from bayescore.times import clock, parsed, utc
from bayesdesk.models.early_stops import budget_line, stops_line
from bayesdesk.models.formatting import TONES, algorithm_word, number, span, state_word
from bayesdesk.models.progress import progress_words
from bayesdesk.models.snapshot import JobView

MOST_MORE_TRIALS = 100  # of one continuation, as on the command line
_ENDED_WELL = (JobState.EXHAUSTED, JobState.SUCCEEDED)
_RUNNING = (TrialState.STARTING, TrialState.RUNNING)
_FAILED = (TrialState.FAILED, TrialState.LOST)


@dataclass(frozen=True)
class Header:
    """Texts and offers; ``None`` for what is not shown.

    Attributes
    ----------
    tone, severity
        Names of the theme's colours for the state and for the reason.
    budget
        What is left of the time that the job may take.
    changes
        How the job differs from its files, because it was changed while it ran.
    stops
        How many trials were stopped early, and what that has saved.
    gain
        What the surrogate predicts that the next trials gain, and an explanation.
    """

    state: str
    tone: str
    reason: str | None
    severity: str
    progress: str
    time_left: str | None
    budget: str | None
    changes: str | None
    stops: str | None
    best: str
    gain: tuple[str, str] | None
    algorithm: str
    place: str
    can_cancel: bool
    can_change: bool
    can_pause: bool
    can_resume: bool
    can_continue: bool
    can_rerun_failed: bool


def header_of(view: JobView) -> Header:
    """The header of a job."""
    job = view.job
    has_ended, runs_here = job.state.ended, not job.submission.is_imported
    is_paused = job.state is JobState.PAUSED
    left = None if is_paused or view.opening is not None else view.seconds_left
    about = "–" if left is None else _("about {time}", time=span(left))
    return Header(
        state=_state(view),
        tone=TONES.get(job.state.value, ""),
        reason=str(job.reason) if job.reason is not None else None,
        severity="hint" if job.state in _ENDED_WELL else "error",
        progress=_progress(view),
        time_left=None if has_ended else about,
        budget=budget_line(view.budget) if view.budget is not None else None,
        changes=_changes(view),
        stops=stops_line(view.early_stops),
        best=_best(view),
        gain=_gain(view),
        algorithm=algorithm_word(job.config.hyper_tuning.algorithm),
        place=_place(view),
        can_cancel=not has_ended,
        can_change=not has_ended and runs_here,
        can_pause=job.state in (JobState.QUEUED, JobState.RUNNING),
        can_resume=is_paused,
        can_continue=has_ended and runs_here,
        can_rerun_failed=has_ended and runs_here and any(t.state in _FAILED for t in view.trials),
    )


def saved_explanation() -> str:
    """What the time that early stopping has saved is."""
    return _(
        "How much longer the stopped trials would have run, all of them together, at the pace that they had."
    )


def _state(view: JobView) -> str:
    word = state_word(view.job.state)
    since = next((e.at for e in reversed(view.events) if e.kind == "paused"), None)
    if view.job.state is not JobState.PAUSED or since is None:
        return word
    return _("{state} since {time}", state=word, time=clock(parsed(since)))


def _progress(view: JobView) -> str:
    if view.pulled is not None:
        return _("pulling the image, {share:.0%}", share=view.pulled)
    if view.transfer is not None:
        what, share = view.transfer
        return f"{what}, {share:.0%}"
    ended = ended_count(view.trials)
    running, failed = (sum(t.state in states for t in view.trials) for states in (_RUNNING, _FAILED))
    parts = [progress_words(ended, view.job.max_trials)]
    if running:
        parts.append(_("{count} running", count=running))
    if failed:
        parts.append(_("{count} failed", count=failed))
    if view.opening is not None:
        parts.append(str(opening_text(view.opening, utc())))
    return " · ".join(parts)


def _best(view: JobView) -> str:
    """The best value, and what it gained over the baseline."""
    winner = view.best
    if winner is None:
        return "–"
    gain = gain_text(view.job, view.trials)
    value = f"{number(winner.value)}  #{winner.number}"
    return value if gain is None else f"{value} · {gain}"


def _changes(view: JobView) -> str | None:
    changes = changes_since_start(view.events)
    return _("Changed since the start: {changes}", changes=listed(changes)) if changes else None


def _gain(view: JobView) -> tuple[str, str] | None:
    forecast = next((t.forecast for t in reversed(view.trials) if t.forecast is not None), None)
    if forecast is None:
        return None
    shown = (f"{v:.2g}" for v in (forecast.gain, forecast.gain_low, forecast.gain_high))
    explanation = _(
        "The gain over the best that the model predicts for {count} more trials, "
        "with its 80% interval in brackets.",
        count=forecast.gain_trials,
    )
    return "+{} ({} … {})".format(*shown), explanation


def _place(view: JobView) -> str:
    gpus = {g for t in view.trials for g in t.gpus}
    where = view.job.submission.image or _("processes")
    return f"{where} · {len(gpus)} GPU" if gpus else where
