"""Long names are cut where they do not differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesdesk.models.names import fitted, shortened

PARTS = (
    ("transformer_block", "learning_rate"),
    ("transformer_block", "dropout_rate"),
    ("decoder_block", "learning_rate"),
    ("decoder_block", "weight_decay"),
)
FORTY = [f"{block}_{i:02d}_{what}" for i in range(10) for block, what in PARTS]


@pytest.mark.parametrize("most", [10, 12, 16, 24])
def test_that_forty_cut_names_are_all_different(most: int) -> None:
    found = shortened(FORTY, most)
    assert len(set(found)) == len(FORTY)
    assert max(map(len, found)) <= most


@pytest.mark.parametrize(
    ("names", "most", "expected"),
    [
        (["learning_rate", "batch_size"], 10, ["learn…rate", "batch_size"]),
        ([f"optimizer.groups.{i}.lr" for i in (0, 1)], 11, ["optim….0.lr", "optim….1.lr"]),
        (
            ["encoder_block_03_rate_factor", "encoder_block_04_rate_factor"],
            12,
            ["…block_03_r…", "…block_04_r…"],
        ),
        (["x", "y"], 4, ["x", "y"]),
        ([], 4, []),
    ],
)
def test_that_the_part_that_differs_stays(names: list[str], most: int, expected: list[str]) -> None:
    assert shortened(names, most) == expected


@given(names=st.lists(st.text(min_size=1, max_size=40), max_size=12), most=st.integers(4, 30))
def test_that_any_names_are_cut_to_the_room_there_is(names: list[str], most: int) -> None:
    found = shortened(names, most)
    assert [len(f) <= max(most, 4) for f in found] == [True] * len(names)
    assert all(f == n for f, n in zip(found, names, strict=True) if len(n) <= most)


def test_that_names_are_cut_to_a_width_in_pixels() -> None:
    found = fitted(FORTY, 90.0, lambda name: 7.5 * len(name))
    assert max(7.5 * len(name) for name in found) <= 90.0
    assert len(set(found)) == len(FORTY)
    assert fitted(["short"], 90.0, lambda name: 7.5 * len(name)) == ["short"]
