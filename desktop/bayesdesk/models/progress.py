"""How far a job is, in the same words wherever it is shown."""

from __future__ import annotations

from bayescore.i18n import _


def progress_words(ended: int, total: int) -> str:
    """Ended trials of all trials; see :func:`bayescore.results.ended_count`."""
    return _("{done} of {total}", done=ended, total=total)
