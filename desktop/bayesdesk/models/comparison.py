"""Several jobs side by side: the rows of the tables that compare them."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.i18n import _
from bayescore.results import best, differences
from bayescore.store import Job, Trial, TrialState
from bayesdesk.models.formatting import number, state_word

JobTrials = tuple[Job, Sequence[Trial]]
Row = tuple[str, list[str]]  # a heading, and a text for each job
_FAILED = (TrialState.FAILED, TrialState.LOST)


def best_rows(found: Sequence[JobTrials]) -> list[Row]:
    """State, number of trials and best value of each job, then the parameters of the best trials."""
    winners = [best(trials, job.config.hyper_tuning.goal) for job, trials in found]
    rows = [
        (_("State"), [state_word(job.state) for job, _trials in found]),
        (_("Trials"), [_count(trials) for _job, trials in found]),
        (_("Best"), [f"{number(w.value)}  #{w.number}" if w else "–" for w in winners]),
    ]
    names = dict.fromkeys(n for w in winners if w for n in w.parameters)
    for name in names:
        values = [number(w.parameters[name]) if w and name in w.parameters else "–" for w in winners]
        rows.append((name, values))
    return rows


def difference_rows(found: Sequence[JobTrials]) -> list[Row]:
    """Settings that differ between the jobs."""
    different = differences([job for job, _trials in found]) if len(found) > 1 else ()
    return [(d.setting, list(d.values)) for d in different]


def _count(trials: Sequence[Trial]) -> str:
    ended = sum(t.state.ended for t in trials)
    failed = sum(t.state in _FAILED for t in trials)
    return f"{ended} ({failed} ✕)" if failed else f"{ended}"
