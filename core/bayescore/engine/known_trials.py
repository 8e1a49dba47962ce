"""Which of the known parameter sets of a job is to be run next."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.config import KnownSet
from bayescore.search import Origin
from bayescore.store import Job, Trial


def next_known(job: Job, existing: Sequence[Trial]) -> tuple[KnownSet, Origin] | None:
    """The next set to run before the search begins: the baseline, then the others in order."""
    made = [trial.origin for trial in existing]
    if job.local.baseline is not None and Origin.BASELINE not in made:
        return job.local.baseline, Origin.BASELINE
    unmeasured = [known for known in job.local.known if job.metric not in known.values]
    begun = made.count(Origin.KNOWN) + made.count(Origin.BY_HAND)
    if begun >= len(unmeasured):
        return None
    chosen = unmeasured[begun]
    return chosen, Origin.BY_HAND if chosen.by_hand else Origin.KNOWN
