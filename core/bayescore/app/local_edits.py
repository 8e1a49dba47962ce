"""Edits of ``openbayes.local.yaml`` that the checks offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bayescore.config import Edit, EditError, YamlDocument
from bayescore.i18n import text
from bayescore.trials.ignoring import as_pattern

IN_PLACE, COPY, PYTHON, EARLY_STOPPING = "in_place", "copy", "python", "early_stopping"
BASELINE = "baseline"


def copy_instead(document: YamlDocument, path: str) -> Edit:
    """The edit that adds a path to ``copy``."""
    return _listed(document, COPY, as_pattern(path))


def leave_in_place(document: YamlDocument, path: str, *, writable: bool) -> Edit:
    """The edit that adds a path to ``in_place``; a list becomes a mapping if trials may write."""
    pattern, value = as_pattern(path), _value(document, IN_PLACE)
    if not writable and not isinstance(value, dict):
        return _listed(document, IN_PLACE, pattern)
    access = "rw" if writable else "ro"
    if isinstance(value, dict):
        place = (IN_PLACE, pattern)
        return document.set(place, access) if pattern in value else document.add((IN_PLACE,), pattern, access)
    earlier = value if isinstance(value, list) else [value] if value is not None else []
    mapping = {**{str(line): "ro" for line in earlier}, pattern: access}
    return document.set((IN_PLACE,), mapping) if value is not None else document.add((), IN_PLACE, mapping)


def choose_python(document: YamlDocument, python: str) -> Edit:
    """The edit that names the interpreter of trials."""
    _value(document, PYTHON)  # refuses a file that holds no keys
    present = document.node((PYTHON,)) is not None
    return document.set((PYTHON,), python) if present else document.add((), PYTHON, python)


def switch_early_stopping(document: YamlDocument, *, on: bool) -> Edit:
    """The edit that switches early stopping; settings of it are kept if it is on already."""
    value = _value(document, EARLY_STOPPING)
    is_on = value is not None and value is not False
    if is_on == on:
        return Edit(0, "", "")
    present = document.node((EARLY_STOPPING,)) is not None
    return document.set((EARLY_STOPPING,), on) if present else document.add((), EARLY_STOPPING, on)


def set_baseline(document: YamlDocument, parameters: Mapping[str, Any]) -> Edit:
    """The edit that adds the parameter set which is tried first."""
    _value(document, BASELINE)  # refuses a file that holds no keys
    present = document.node((BASELINE,)) is not None
    written = dict(parameters)
    return document.set((BASELINE,), written) if present else document.add((), BASELINE, written)


def _listed(document: YamlDocument, key: str, pattern: str) -> Edit:
    value = _value(document, key)
    if value is None:
        present = document.node((key,)) is not None
        return document.set((key,), [pattern]) if present else document.add((), key, [pattern])
    if isinstance(value, list):
        return document.insert((key,), len(value), pattern) if value else document.set((key,), [pattern])
    return document.set((key,), [str(value), pattern])


def _value(document: YamlDocument, key: str) -> Any:
    data = document.data
    if data is not None and not isinstance(data, dict):
        raise EditError(text("The file must hold keys and values, like “runner: docker”."))
    return (data or {}).get(key)
