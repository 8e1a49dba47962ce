"""Which actions are offered for some trials of a job."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.i18n import _
from bayescore.results.best import counts
from bayescore.store import Job, Trial, TrialState


@dataclass(frozen=True)
class Offers:
    """The trials that each action applies to; ``None`` or nothing where it is not offered.

    Attributes
    ----------
    use
        A trial whose parameters can be the result.
    no_use
        Why the parameters of the trial cannot be the result; empty if they can, or for several trials.
    is_use_primary
        Whether that is the most useful action: the trial succeeded. Otherwise it is to read the log.
    like
        A trial whose parameters can begin those of another one.
    rerun, finish, stop, star
        Numbers of trials; to finish is to run again, to the end, what was stopped early.
    is_star_removed
        Whether ``star`` removes the stars, because all of the trials have one.
    baseline
        A trial that the others can be compared with.
    is_baseline_removed
        Whether that is the one which the user chose for it.
    """

    open: Trial | None
    use: Trial | None
    no_use: str
    is_use_primary: bool
    like: Trial | None
    rerun: tuple[int, ...]
    finish: tuple[int, ...]
    stop: tuple[int, ...]
    star: tuple[int, ...]
    is_star_removed: bool
    baseline: Trial | None
    is_baseline_removed: bool


def offers_for(job: Job, trials: Sequence[Trial]) -> Offers:
    """The actions for these trials; a trial that ran elsewhere can neither be run again nor stopped."""
    runs_here = not job.submission.is_imported
    only = trials[0] if len(trials) == 1 else None
    ended = [t for t in trials if t.state.ended and runs_here]
    no_use = _why_no_result(only) if only is not None else ""
    return Offers(
        open=only,
        use=only if not no_use else None,
        no_use=no_use,
        is_use_primary=only is not None and counts(only),
        like=only if runs_here else None,
        rerun=tuple(t.number for t in ended if t.state is not TrialState.STOPPED_EARLY),
        finish=tuple(t.number for t in ended if t.state is TrialState.STOPPED_EARLY),
        stop=tuple(t.number for t in trials if not t.state.ended and runs_here),
        star=tuple(t.number for t in trials),
        is_star_removed=bool(trials) and all(t.starred for t in trials),
        baseline=only if only is not None and counts(only) else None,
        is_baseline_removed=only is not None and only.number == job.baseline,
    )


def _why_no_result(trial: Trial) -> str:
    if not trial.state.ended:
        return _("The trial has not ended yet.")
    if trial.value is None:
        return _("The trial has no value of the objective.")
    return "" if math.isfinite(trial.value) else _("The trial's value is not a finite number.")
