"""Rendering collections in block style (lines) and in flow style (one line)."""

from __future__ import annotations

from typing import Any

from bayescore.config.yamltext.scalars import render

STEP = 2  # columns of indentation


def is_collection(value: Any) -> bool:
    """Whether a value is a mapping or a list."""
    return isinstance(value, dict | list | tuple)


def flow(value: Any) -> str:
    """Render any value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{render(k, flow=True)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return render(value, flow=True)


def fits_on_one_line(value: Any) -> bool:
    """Whether to write a value on one line: a scalar, a list of scalars, or an empty collection."""
    if isinstance(value, dict):
        return not value
    if isinstance(value, list | tuple):
        return not any(is_collection(item) for item in value)
    return True


def inline(value: Any) -> str:
    """Render a value that fits on one line."""
    return flow(value) if is_collection(value) else render(value)


def block(value: Any) -> list[str]:
    """Render a non-empty collection as lines without indentation."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in entry(key, item)]
    return [line for element in value for line in item(element)]


def entry(key: Any, value: Any) -> list[str]:
    """Render a key and its value in a block mapping."""
    if fits_on_one_line(value):
        return [f"{render(key)}: {inline(value)}"]
    return [f"{render(key)}:", *(" " * STEP + line for line in block(value))]


def item(value: Any) -> list[str]:
    """Render an item of a block list."""
    if fits_on_one_line(value):
        return [f"- {inline(value)}"]
    first, *rest = block(value)
    return [f"- {first}", *(" " * STEP + line for line in rest)]
