"""Times for people, by the clock of this machine."""

from __future__ import annotations

from datetime import datetime

import pytest

from bayescore.times import clock

PRESENT = datetime(2026, 3, 4, 12, 0).astimezone()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 4, 23, 59), "23:59"),
        (datetime(2026, 3, 5, 0, 1), "03-05 00:01"),
        (datetime(2027, 1, 2, 7, 30), "2027-01-02 07:30"),
    ],
)
def test_that_a_time_has_its_date_unless_it_is_today(moment: datetime, words: str) -> None:
    assert clock(moment.astimezone(), PRESENT) == words
