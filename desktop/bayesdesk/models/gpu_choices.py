"""Until when a GPU can be left free for others: the choices of a menu."""

from __future__ import annotations

from datetime import datetime, timedelta

from bayescore.app.steering import parse_time
from bayescore.i18n import Text, ntext, text
from bayescore.times import stored

_HOURS = (1, 4)
_CLOCK = ("18:00", "08:00")  # the end of a working day, and the next morning


def choices(moment: datetime) -> list[tuple[Text, str | None]]:
    """Texts and times, as :func:`bayescore.times.now` returns them; ``None`` for no end."""
    hours = [
        (ntext("For {count} hour", "For {count} hours", count), stored(moment + timedelta(hours=count)))
        for count in _HOURS
    ]
    clock = [(text("Until {time}", time=time), parse_time(time, moment)) for time in _CLOCK]
    return [*hours, *clock, (text("Until I use it again"), None)]
