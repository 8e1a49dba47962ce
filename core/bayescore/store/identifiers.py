"""Ids of jobs: how they are made, and what is checked before one becomes part of a path."""

from __future__ import annotations

import secrets

from bayescore.errors import StoreError
from bayescore.i18n import text

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_LENGTH = 8
_SHOWN = 40


def new_identifier() -> str:
    """An id for a new job."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def check_identifier(identifier: str) -> str:
    """Return a job's id if it has the form of one.

    Raises
    ------
    StoreError
        When it is anything else, such as a path.
    """
    if isinstance(identifier, str) and len(identifier) == _LENGTH and set(identifier) <= set(_ALPHABET):
        return identifier
    shown = repr(identifier)[:_SHOWN]
    raise StoreError(text("{identifier} is not the id of a job.", identifier=shown))


def check_number(number: int) -> int:
    """Return a trial's number if it is one.

    Raises
    ------
    StoreError
        When it is not a whole number from 1 on.
    """
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return number
    raise StoreError(text("{number} is not the number of a trial.", number=repr(number)[:_SHOWN]))
