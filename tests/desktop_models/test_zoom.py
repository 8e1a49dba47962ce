"""A zoom stays within the whole and never shows nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesdesk.models.zoom import covers, limited, moved, scaled

WHOLE = (0.0, 100.0)
FINITE = st.floats(-1e6, 1e6)


def test_that_the_point_of_a_zoom_stays_where_it_is() -> None:
    assert scaled((0.0, 100.0), 25.0, 2.0) == (12.5, 62.5)


@pytest.mark.parametrize(
    ("wanted", "least", "expected"),
    [
        ((-50.0, 150.0), 0.0, (0.0, 100.0)),
        ((-10.0, 40.0), 0.0, (0.0, 50.0)),
        ((90.0, 110.0), 0.0, (80.0, 100.0)),
        ((40.0, 30.0), 0.0, (30.0, 40.0)),
        ((50.0, 50.0), 0.0, (49.95, 50.05)),
        ((50.0, 50.0), 1.0, (49.5, 50.5)),
    ],
)
def test_that_a_request_becomes_the_nearest_span_that_can_be_shown(
    wanted: tuple[float, float], least: float, expected: tuple[float, float]
) -> None:
    assert limited(wanted, WHOLE, least) == pytest.approx(expected)


@given(low=FINITE, high=FINITE, by=FINITE)
def test_that_no_zoom_and_no_move_leaves_the_whole(low: float, high: float, by: float) -> None:
    first, last = limited(moved((low, high), by), WHOLE, 1.0)
    assert WHOLE[0] <= first
    assert first + 0.999 <= last <= WHOLE[1] + 1e-9


def test_that_the_whole_covers_itself_in_spite_of_rounding() -> None:
    assert covers((1e-8, 100.0 - 1e-8), WHOLE)
    assert not covers((1.0, 100.0), WHOLE)
