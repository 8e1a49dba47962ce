"""Comparing and changing the data of a text."""

from __future__ import annotations

import copy
import math
from typing import Any

from bayescore.config.yamltext.nodes import Path


def with_value(data: Any, path: Path, value: Any) -> Any:
    """A copy of ``data`` with another value at ``path``."""
    if not path:
        return value
    changed = copy.copy(data) if data is not None else {}
    first, *rest = path
    if rest or isinstance(changed, list):
        changed[first] = with_value(changed[first], tuple(rest), value)
    else:
        changed[first] = value
    return changed


def same(a: Any, b: Any) -> bool:
    """Equality that also compares types and the order of keys, and in which NaN equals NaN."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [*a] == [*b] and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (math.isnan(a) and math.isnan(b))
    return type(a) is type(b) and bool(a == b)
