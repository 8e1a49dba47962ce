"""``hours`` of ``openbayes.local.yaml``: when trials may begin.

A weekly plan in the time of a clock on the wall. Where that clock is set forward or back, a moment is inside
the hours if what the clock shows then is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import Text, text

EXAMPLE = "20:00-08:00, sat, sun"
_LONGEST = 500  # characters
_DAY = 24 * 60  # minutes
_NO_ZONE = (OSError, ValueError, KeyError)  # of a name that is a path, or unknown
_AHEAD = 15  # days that are searched: a zone may skip a whole day, and with it the only one of a week
_EVERY_DAY = frozenset(range(7))
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE = "一二三四五六日"
_DAYS = {
    **{name: frozenset({i}) for names in (_ENGLISH, _LONG) for i, name in enumerate(names)},
    **{f"{week}{name}": frozenset({i}) for week in ("周", "星期") for i, name in enumerate(_CHINESE)},
    **dict.fromkeys(("周天", "星期天"), frozenset({6})),
    **dict.fromkeys(("weekdays", "工作日"), frozenset(range(5))),
    **dict.fromkeys(("weekend", "weekends", "周末"), frozenset({5, 6})),
    **dict.fromkeys(("daily", "每天"), _EVERY_DAY),
}
_SEPARATOR = re.compile(r"[,，、;；]")
_TIMES = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})\s*[-–—~～至到]\s*([0-9]{1,2})[:：]([0-9]{2})\Z")
_TO = re.compile(r"\s*[-–—~～至到]\s*")


@dataclass(frozen=True)
class Window:
    """A time that begins on some days of the week.

    Attributes
    ----------
    days
        On which it begins, 0 for Monday.
    start, end
        Minutes after midnight. One that ends no later than it starts ends on the next day.
    """

    days: frozenset[int]
    start: int
    end: int

    def has(self, day: int, minute: int) -> bool:
        """Whether it is open at a minute of a day of the week."""
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        is_evening = day in self.days and minute >= self.start
        return is_evening or ((day - 1) % 7 in self.days and minute < self.end)


class Hours(BaseModel):
    """When trials may begin.

    Attributes
    ----------
    when
        Times and days of the week, such as ``20:00-08:00, sat, sun``.
    give_back
        Whether trials that run at the end of the hours are ended, to begin again in the next.
    zone
        Name of a time zone; ``None`` for that of this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str
    give_back: bool = False
    zone: str | None = None

    @field_validator("when")
    @classmethod
    def _check_when(cls, written: str) -> str:
        if isinstance(found := parse_hours(written), Text):
            raise ValueError(str(found))
        return written

    def is_open(self, moment: datetime) -> bool:
        """Whether trials may begin at a moment."""
        return _is_open(_windows(self.when), moment, _zone(self.zone))

    def next_opening(self, moment: datetime) -> datetime | None:
        """When they may begin again, in UTC; ``None`` while they may."""
        return None if self.is_open(moment) else self._next(moment, opening=True)

    def next_closing(self, moment: datetime) -> datetime | None:
        """When the hours that are open at a moment end, in UTC; ``None`` if they are closed or never end."""
        return self._next(moment, opening=False) if self.is_open(moment) else None

    def _next(self, moment: datetime, *, opening: bool) -> datetime | None:
        windows, zone = _windows(self.when), _zone(self.zone)
        today = _on_the_wall(moment, zone).date()
        found = (c for c in _changes(windows, today, zone) if c > moment)
        return next((c for c in found if _is_open(windows, c, zone) is opening), None)


def opens_at(hours: Hours | None, moment: datetime) -> datetime | None:
    """When trials may begin again; ``None`` if they may now."""
    return None if hours is None else hours.next_opening(moment)


@lru_cache(maxsize=64)
def parse_hours(written: str) -> tuple[Window, ...] | Text:
    """Read times and days; what is wrong with them if they cannot be read."""
    if len(written) > _LONGEST:
        return text("The hours are longer than {count} characters.", count=_LONGEST)
    parts = [part.strip() for part in _SEPARATOR.split(written.casefold())]
    windows = [_window(part) for part in parts if part]
    wrong = next((window for window in windows if isinstance(window, Text)), None)
    if wrong is not None:
        return wrong
    if not windows:
        return text("The hours are empty; write them like {example}.", example=EXAMPLE)
    return tuple(window for window in windows if isinstance(window, Window))


def _window(part: str) -> Window | Text:
    """One part: a day, days, times, or both."""
    found = re.search(r"[0-9]", part)
    days_part, times_part = (part, "") if found is None else (part[: found.start()], part[found.start() :])
    days = _days(days_part.strip()) if days_part.strip() else _EVERY_DAY
    if days is None:
        return text("“{part}” is no day of the week; write it like sat or mon-fri.", part=days_part.strip())
    if not times_part:
        return Window(days, 0, _DAY)
    match = _TIMES.match(times_part)
    if match is None:
        return text("“{part}” is no time from–to; write it like 20:00-08:00.", part=times_part)
    hour, minute, to_hour, to_minute = (int(number) for number in match.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= _DAY or end > _DAY:
        return text("“{part}” has a time that no clock shows.", part=times_part)
    if start == end:
        return text("“{part}” begins and ends at the same time.", part=times_part)
    return Window(days, start, end)


def _days(part: str) -> frozenset[int] | None:
    if part in _DAYS:
        return _DAYS[part]
    ends = _TO.split(part)
    if len(ends) != 2 or any(len(_DAYS.get(name, ())) != 1 for name in ends):
        return None
    first, last = (next(iter(_DAYS[name])) for name in ends)
    return frozenset((first + i) % 7 for i in range((last - first) % 7 + 1))


def _windows(written: str) -> tuple[Window, ...]:
    windows = parse_hours(written)
    if isinstance(windows, Text):
        raise ValueError(str(windows))  # every Hours was checked
    return windows


@lru_cache(maxsize=16)
def _zone(name: str | None) -> tzinfo | None:
    """A zone; that of this machine where it does not know the name, as after a restore on another one."""
    try:
        return None if name is None else ZoneInfo(name)
    except _NO_ZONE:
        return None


def _on_the_wall(moment: datetime, zone: tzinfo | None) -> datetime:
    """What a clock shows; ``None`` for a clock of this machine."""
    return moment.astimezone(zone)


def _is_open(windows: tuple[Window, ...], moment: datetime, zone: tzinfo | None) -> bool:
    clock = _on_the_wall(moment, zone)
    return any(window.has(clock.weekday(), clock.hour * 60 + clock.minute) for window in windows)


def _changes(windows: tuple[Window, ...], today: date, zone: tzinfo | None) -> Iterator[datetime]:
    """Moments at which hours may open or close, from yesterday on, in order."""
    minutes = sorted({minute % _DAY for window in windows for minute in (window.start, window.end)})
    for number in range(-1, _AHEAD):
        day = today + timedelta(days=number)
        begin, end = _moments(day, 0, zone)[0], _moments(day + timedelta(days=1), 0, zone)[0]
        found = {moment for minute in minutes for moment in _moments(day, minute, zone)}
        if _offset(begin, zone) != _offset(end, zone):
            found.add(_clock_change(begin, end, zone))
        yield from sorted(found)


def _moments(day: date, minute: int, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """When a clock shows a minute of a day: the first and the second time, if it is set back."""
    shown = datetime.combine(day, time(minute // 60, minute % 60))
    first, second = (
        (shown.replace(fold=fold).astimezone() if zone is None else shown.replace(fold=fold, tzinfo=zone))
        for fold in (0, 1)
    )
    return first.astimezone(UTC), second.astimezone(UTC)


def _offset(moment: datetime, zone: tzinfo | None) -> timedelta | None:
    return _on_the_wall(moment, zone).utcoffset()


def _clock_change(begin: datetime, end: datetime, zone: tzinfo | None) -> datetime:
    """The minute between two moments at which the clock is set forward or back."""
    before = _offset(begin, zone)
    low, high = 0, int((end - begin).total_seconds() // 60)
    while low + 1 < high:
        middle = (low + high) // 2
        if _offset(begin + timedelta(minutes=middle), zone) == before:
            low = middle
        else:
            high = middle
    return begin + timedelta(minutes=high)


# ---- the file


def read_hours(reader: Reader, path: Path) -> Hours | None:
    """Read a line of hours, or a map with it."""
    if not isinstance(reader.value(path), dict):
        when = _when(reader, path)
        return None if when is None else Hours(when=when)
    reader.unknown_keys(path, Hours.model_fields)
    when = _when(reader, (*path, "when")) if reader.value((*path, "when")) is not None else None
    if reader.value((*path, "when")) is None:
        message = text("“{name}” needs “when”, like “{example}”.", name=path[-1], example=EXAMPLE)
        reader.error("missing", path, message)
    give_back = reader.boolean((*path, "give_back")) or False
    zone = _zone_name(reader, (*path, "zone"))
    return None if when is None else Hours(when=when, give_back=give_back, zone=zone)


def _when(reader: Reader, path: Path) -> str | None:
    value = reader.value(path)
    written = reader.text(path) if isinstance(value, str) else None
    if written is None:
        reader.error(
            "wrong-type", path, text('Write the hours in quotes, like "{example}".', example=EXAMPLE)
        )
        return None
    found = parse_hours(written)
    if isinstance(found, Text):
        reader.error("wrong-hours", path, found)
        return None
    return written


def _zone_name(reader: Reader, path: Path) -> str | None:
    name = reader.text(path) if reader.value(path) is not None else None
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except _NO_ZONE:
        reader.error(
            "wrong-zone", path, text("“{name}” is no time zone; write it like Asia/Shanghai.", name=name)
        )
        return None
    return name
