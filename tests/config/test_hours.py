"""``hours``: reading them, and when they are open, over changes of clocks in several zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import tzset
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from bayescore.config import load_local_text
from bayescore.config.hours import Hours, Window, opens_at, parse_hours
from bayescore.i18n import Text

EVERY = frozenset(range(7))
WORK = frozenset(range(5))


@pytest.mark.parametrize(
    ("written", "windows"),
    [
        ("20:00-08:00", [(EVERY, 1200, 480)]),
        ("20:00-08:00, sat, sun", [(EVERY, 1200, 480), ({5}, 0, 1440), ({6}, 0, 1440)]),
        ("20:00–8:00，周六、周日", [(EVERY, 1200, 480), ({5}, 0, 1440), ({6}, 0, 1440)]),
        ("mon-fri 19:30-07:00; weekend", [(WORK, 1170, 420), ({5, 6}, 0, 1440)]),
        ("周一至周五 19:30 至 07:00，周末", [(WORK, 1170, 420), ({5, 6}, 0, 1440)]),
        ("工作日20：00到24：00", [(WORK, 1200, 1440)]),
        ("Fri-Mon", [({4, 5, 6, 0}, 0, 1440)]),
        ("星期天 00:00-12:00", [({6}, 0, 720)]),
    ],
)
def test_that_times_and_days_are_read_in_both_languages(written: str, windows: list[tuple]) -> None:
    assert parse_hours(written) == tuple(Window(frozenset(d), s, e) for d, s, e in windows)


@pytest.mark.parametrize(
    ("written", "column", "message"),
    [
        ("'20-08'", 8, "no time from–to"),
        ("'20:00-08:00, caturday'", 8, "“caturday” is no day of the week"),
        ("'25:00-08:00'", 8, "no clock shows"),
        ("'20:60-08:00'", 8, "no clock shows"),
        ("'08:00-08:00'", 8, "begins and ends at the same time"),
        ("', ,'", 8, "are empty"),
        ("20:00", 8, "no time from–to"),
        ("[sat]", 8, "Write the hours in quotes"),
        ("{give_back: true}", 8, "needs “when”"),
        ("{when: sat, zone: Mars/Base}", 26, "no time zone"),
        ("{when: sat, zone: ../../etc/passwd}", 26, "no time zone"),
        ("{when: sat, giveback: true}", 20, "giveback"),
    ],
)
def test_that_hours_that_cannot_be_read_are_an_error_at_their_place(
    written: str, column: int, message: str
) -> None:
    loaded = load_local_text(f"hours: {written}\n")
    assert loaded.settings is None or message == "giveback"
    (problem,) = loaded.problems
    assert message in str(problem.message)
    assert (problem.line, problem.column) == (1, column)


def test_that_a_map_says_whether_trials_are_given_back_and_in_which_zone() -> None:
    loaded = load_local_text("hours: {when: 20:00-08:00, give_back: true, zone: Asia/Shanghai}\n")
    assert loaded.settings is not None
    assert loaded.settings.hours == Hours(when="20:00-08:00", give_back=True, zone="Asia/Shanghai")


def test_that_hours_without_a_zone_follow_the_clock_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    tzset()
    try:
        hours = Hours(when="20:00-08:00")
        noon = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
        assert opens_at(hours, noon) == datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
        assert opens_at(hours, noon + timedelta(hours=10)) is None
        assert hours.next_closing(noon + timedelta(hours=10)) == datetime(2026, 11, 29, 0, 0, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        tzset()


def test_that_hours_that_never_end_do_not_close() -> None:
    always = Hours(when="mon-sun", zone="UTC")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert (opens_at(always, moment), always.next_closing(moment)) == (None, None)


# two days around a change of clocks: forward and back in both hemispheres, by half an hour, by a whole day, never
CHANGES = [
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("America/Santiago", "2026-09-05"),  # at midnight
    ("Pacific/Apia", "2011-12-29"),  # Friday was skipped
    ("Asia/Shanghai", "2026-05-01"),
]
_TIMES = st.sampled_from(
    ["00:00", "00:30", "01:00", "01:45", "02:00", "02:15", "02:30", "03:00", "12:00", "23:59"]
)
_DAYS = st.sampled_from(["", "sat", "sun", "mon-fri", "fri-mon", "weekend"])


@st.composite
def plans(draw: st.DrawFn) -> str:
    """One to three windows."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        day, start, end = draw(_DAYS), draw(_TIMES), draw(_TIMES)
        parts.append(f"{day} {start}-{end}" if start != end else day or "tue")
    return ", ".join(parts)


def shown_inside(windows: tuple[Window, ...], moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock shows a time in one of the windows, with every window spelt out on a line of minutes."""
    clock = moment.astimezone(zone)
    at = clock.weekday() * 1440 + clock.hour * 60 + clock.minute
    for window in windows:
        length = (window.end - window.start) % 1440 or 1440
        if any((at - (day * 1440 + window.start)) % 10080 < length for day in window.days):
            return True
    return False


@settings(max_examples=40)
@given(st.sampled_from(CHANGES), plans(), st.integers(0, 2 * 1440))
@example(CHANGES[0], "02:15-02:30", 0)
@example(CHANGES[1], "02:15-02:30", 0)
@example(CHANGES[7], "fri", 0)
def test_that_the_next_change_is_the_first_minute_at_which_the_clock_shows_it(
    change: tuple[str, str], written: str, after: int
) -> None:
    zone = ZoneInfo(change[0])
    hours, windows = Hours(when=written, zone=change[0]), parse_hours(written)
    assert not isinstance(windows, Text)
    moment = datetime.fromisoformat(change[1]).replace(tzinfo=zone).astimezone(UTC) + timedelta(minutes=after)
    is_open = shown_inside(windows, moment, zone)
    assert hours.is_open(moment) is is_open
    found = hours.next_closing(moment) if is_open else hours.next_opening(moment)
    assert (hours.next_opening(moment) if is_open else hours.next_closing(moment)) is None
    for minutes in range(1, 3 * 1440):
        later = moment + timedelta(minutes=minutes)
        if shown_inside(windows, later, zone) is not is_open:
            assert found == later
            return
    assert found is None or found > moment + timedelta(days=2)


def test_that_hours_of_a_forged_store_are_refused_and_an_unknown_zone_is_that_of_the_machine() -> None:
    with pytest.raises(ValueError, match="no day of the week"):
        Hours(when="someday")
    moment = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
    assert Hours(when="02:00-03:00", zone="Mars/Base").next_opening(moment) == opens_at(
        Hours(when="02:00-03:00"), moment
    )
