"""Which actions are offered for some trials of a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.store import Job, Trial


@dataclass(frozen=True)
class Offers:
    """The trials that each action applies to; ``None`` or nothing where it is not offered.

    Attributes
    ----------
    rerun, stop, star
        Numbers of trials.
    is_star_removed
        Whether ``star`` removes the stars, because all of the trials have one.
    """

    open: Trial | None
    use: Trial | None
    rerun: tuple[int, ...]
    stop: tuple[int, ...]
    star: tuple[int, ...]
    is_star_removed: bool


def offers_for(job: Job, trials: Sequence[Trial]) -> Offers:
    """The actions for these trials; a trial that ran elsewhere can neither be run again nor stopped."""
    runs_here = not job.submission.is_imported
    only = trials[0] if len(trials) == 1 else None
    return Offers(
        open=only,
        use=only if only is not None and only.state.ended else None,
        rerun=tuple(t.number for t in trials if t.state.ended and runs_here),
        stop=tuple(t.number for t in trials if not t.state.ended and runs_here),
        star=tuple(t.number for t in trials),
        is_star_removed=bool(trials) and all(t.starred for t in trials),
    )
