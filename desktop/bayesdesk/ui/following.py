"""Where the items of a list are after a change."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence


def followed(
    before: Sequence[Hashable], after: Sequence[Hashable], places: Collection[int]
) -> dict[int, int]:
    """The new places of some items, without those that are gone.

    An item that is equal to none of the new ones was changed at its place, unless another one is there now.

    Parameters
    ----------
    before, after
        What identifies the items, in their old and in their new order.
    places
        Old places of the items to look for.
    """
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    middle = {after[i]: i for i in range(len(after) - end - 1, start - 1, -1)}
    found: dict[int, int] = {}
    for place in sorted(places):
        if place < start:
            found[place] = place
        elif place >= len(before) - end:
            found[place] = place + len(after) - len(before)
        elif before[place] in middle:
            found[place] = middle.pop(before[place])
    taken = set(found.values())
    for place in places:
        if place not in found and start <= place < len(after) - end and place not in taken:
            found[place] = place
    return found
