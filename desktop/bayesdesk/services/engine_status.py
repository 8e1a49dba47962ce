"""What the foot of the window says of the engine."""

from __future__ import annotations

from bayescore.engine import control
from bayescore.i18n import _
from bayescore.store import DataFolder


def engine_words(folder: DataFolder) -> str:
    """Whether an engine runs, in a few words; looks at a lock file."""
    return _("Engine running") if control.status(folder).running else _("Engine resting")
