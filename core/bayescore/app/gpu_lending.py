"""Leaves GPUs of this machine free for others: no trial of any job begins on them until a time."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.app.options import parse_gpus
from bayescore.errors import ConfigError
from bayescore.i18n import Text, text
from bayescore.store import Database, free_gpus
from bayescore.times import clock, now, parsed
from bayescore.trials.gpus import Gpu, chosen, visible


def leave_free(database: Database, which: str, until: str | None) -> list[Gpu]:
    """Leave GPUs free; trials that run on them end normally.

    Parameters
    ----------
    which
        Numbers or UUIDs, with commas between them, or ``all``.
    until
        A time as :func:`bayescore.times.now` returns it; ``None``: until :func:`use_again`.

    Raises
    ------
    ConfigError
        When one of them is not on this machine.
    """
    found = _found(which, visible())
    with database.write() as connection:
        free_gpus.leave(connection, [gpu.uuid for gpu in found], until or free_gpus.ALWAYS, now())
    return found


def use_again(database: Database, which: str) -> list[Gpu]:
    """Use GPUs again before their time.

    Raises
    ------
    ConfigError
        When one of them is not on this machine.
    """
    found = _found(which, visible())
    with database.write() as connection:
        free_gpus.take_back(connection, [gpu.uuid for gpu in found], now())
    return found


def free_text(until: str) -> Text:
    """Until when a GPU is left free, by the clock of this machine."""
    if until == free_gpus.ALWAYS:
        return text("left free")
    return text("left free until {time}", time=clock(parsed(until)))


def _found(which: str, gpus: Sequence[Gpu]) -> list[Gpu]:
    if which == "all" and gpus:
        return list(gpus)
    asked = parse_gpus(which)
    return named(gpus, (asked,) if isinstance(asked, str) else asked or (which,))


def named(gpus: Sequence[Gpu], names: Sequence[int | str]) -> list[Gpu]:
    """The GPUs of these numbers or UUIDs.

    Raises
    ------
    ConfigError
        When one of them is not among ``gpus``, those of this machine.
    """
    missing = next((name for name in names if not chosen(gpus, (name,))), None)
    if missing is not None:
        there = ", ".join(str(gpu.index) for gpu in gpus)
        raise ConfigError(
            text("There is no GPU {which} on this machine.", which=missing),
            text("There are: {there}", there=there) if there else None,
        )
    return chosen(gpus, names)
