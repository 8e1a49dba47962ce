"""Long names cut where they do not differ from each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

_ELLIPSIS = "…"
_SHORTEST = 4  # characters, the ellipsis included
_HEAD = 3  # characters before the first cut of a name that is cut twice
_WORD_BONUS = 2.0  # characters that a part is worth more if it begins with a word


def fitted(names: Sequence[str], width: float, measure: Callable[[str], float]) -> list[str]:
    """The names, cut so that each is at most ``width`` wide by ``measure``."""
    longest = max(names, key=measure, default="")
    if not names or measure(longest) <= width:
        return list(names)
    most = min(len(longest) - 1, int(1.15 * len(longest) * width / measure(longest)) + 1)
    while most > _SHORTEST and max(map(measure, shortened(names, most))) > width:
        most -= 1
    return shortened(names, max(most, _SHORTEST))


def shortened(names: Sequence[str], most: int) -> list[str]:
    """The names with at most so many characters, told apart as well as possible.

    A name is cut in its middle if the rest is unique.  Otherwise the part stays that differs most from the
    other names, and that begins with a word if there is a choice.
    """
    long = [name for name in dict.fromkeys(names) if len(name) > most]
    if not long:
        return list(names)
    rarity = {name: [0.0, *accumulate(shares)] for name, shares in _rarity(long).items()}
    best = _chosen(long, {name: [_middle(name, most), *_parts(name, most)] for name in long}, rarity)
    counts = Counter(best.values())
    alike = [name for name in long if counts[best[name]] > 1]
    best |= _chosen(alike, {name: [*_twice(name, most)] or [best[name]] for name in alike}, rarity)
    return [best.get(name, name) for name in names]


def _chosen(
    names: Sequence[str], cuts: dict[str, list[str]], rarity: dict[str, list[float]]
) -> dict[str, str]:
    """The best of the cuts of each name; the same text in the same place of two lists is a collision."""
    seen = Counter((i, text) for name in names for i, text in enumerate(cuts[name]))

    def cost(name: str, index: int) -> tuple[int, bool, float]:
        text = cuts[name][index]
        kept = text.strip(_ELLIPSIS).rpartition(_ELLIPSIS)[2]
        start = name.rfind(kept)
        at_word = start == 0 or not name[start - 1].isalnum()
        worth = rarity[name][start + len(kept)] - rarity[name][start] + _WORD_BONUS * at_word
        return seen[index, text], _ELLIPSIS not in text[1:-1], -worth

    return {name: cuts[name][min(range(len(cuts[name])), key=lambda i: cost(name, i))] for name in names}


def _middle(name: str, most: int) -> str:
    head = most // 2
    return name[:head] + _ELLIPSIS + name[len(name) - (most - 1 - head) :]


def _parts(name: str, most: int) -> Iterator[str]:
    """Parts of a name from its second character on, the last one up to its end."""
    for start in range(1, len(name) - most + 1):
        yield _ELLIPSIS + name[start : start + most - 2] + _ELLIPSIS
    yield _ELLIPSIS + name[len(name) - most + 1 :]


def _twice(name: str, most: int) -> Iterator[str]:
    """The beginning of a name and another part."""
    if most > _HEAD + _SHORTEST:
        for part in _parts(name[_HEAD:], most - _HEAD):
            yield name[:_HEAD] + part


def _rarity(names: Sequence[str]) -> dict[str, list[float]]:
    """For each character of each name the share of the names in which the same does not follow the same."""
    counts: Counter[tuple[str, str]] = Counter()
    for name in names:
        counts.update({*pairwise(f" {name}")})
    return {name: [1.0 - counts[pair] / len(names) for pair in pairwise(f" {name}")] for name in names}
