"""Collections as text, in block style (lines) and in flow style (one line)."""

from __future__ import annotations

from typing import Any

from bayescore.config.yamltext.scalars import render

STEP = 2  # columns of indentation of what we write


def is_collection(value: Any) -> bool:
    """Whether a value is a mapping or a list."""
    return isinstance(value, dict | list | tuple)


def flow(value: Any) -> str:
    """Text of any value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{render(k, flow=True)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return render(value, flow=True)


def goes_in_one_line(value: Any) -> bool:
    """Whether a value reads best on one line: a scalar, a list of scalars, or empty."""
    if isinstance(value, dict):
        return not value
    if isinstance(value, list | tuple):
        return not any(is_collection(item) for item in value)
    return True


def inline(value: Any) -> str:
    """Text of a value that goes in one line."""
    return flow(value) if is_collection(value) else render(value)


def block(value: Any) -> list[str]:
    """Lines of a collection that is not empty, unindented."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in entry(key, item)]
    return [line for element in value for line in item(element)]


def entry(key: Any, value: Any) -> list[str]:
    """Lines of one key and its value in a block mapping."""
    if goes_in_one_line(value):
        return [f"{render(key)}: {inline(value)}"]
    return [f"{render(key)}:", *(" " * STEP + line for line in block(value))]


def item(value: Any) -> list[str]:
    """Lines of one item in a block list."""
    if goes_in_one_line(value):
        return [f"- {inline(value)}"]
    first, *rest = block(value)
    return [f"- {first}", *(" " * STEP + line for line in rest)]
