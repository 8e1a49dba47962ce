"""Creating ids of jobs, and checking ids and numbers before they become part of a path."""

from __future__ import annotations

import secrets

from bayescore.errors import StoreError
from bayescore.i18n import text

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no characters that look alike
_LENGTH = 8
_MAX_SHOWN = 40  # characters in a message


def new_identifier() -> str:
    """Create an id for a new job."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def check_identifier(identifier: str) -> str:
    """Return the id of a job if it is well-formed.

    Raises
    ------
    StoreError
        When it is not, for example a path.
    """
    if isinstance(identifier, str) and len(identifier) == _LENGTH and set(identifier) <= set(_ALPHABET):
        return identifier
    shown = repr(identifier)[:_MAX_SHOWN]
    raise StoreError(text("{identifier} is not a valid job id.", identifier=shown))


def check_number(number: int) -> int:
    """Return the number of a trial if it is valid.

    Raises
    ------
    StoreError
        When it is not a positive integer.
    """
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return number
    raise StoreError(text("{number} is not a valid trial number.", number=repr(number)[:_MAX_SHOWN]))
