"""Regular expressions of others, matched by RE2, which takes linear time whatever the text."""

from __future__ import annotations

from typing import Any


def compile_linear(pattern: str, max_memory: int | None = None) -> Any:
    """A pattern compiled by RE2, with the interface of Python's patterns.

    Parameters
    ----------
    max_memory
        Bytes that RE2 may use; by default RE2's own limit.

    Raises
    ------
    ValueError
        With RE2's reason, when the pattern is none or is too large.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    if max_memory is not None:
        options.max_mem = max_memory
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else str(error)
        raise ValueError(said.decode("utf-8", "replace") if isinstance(said, bytes) else said) from None
