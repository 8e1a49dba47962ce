"""Sizes for people."""

from __future__ import annotations

_UNITS = (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10))


def sized(count: int) -> str:
    """Bytes with two or three digits and a unit, as in ``2.5 GiB`` or ``80 KiB``."""
    for unit, bits in _UNITS:
        if count >= 2**bits:
            number = count / 2**bits
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{count} B"
