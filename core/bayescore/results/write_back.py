"""Writes parameters or narrower ranges into an ``openbayes.yaml`` with minimal edits."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bayescore.config import (
    CategoricalSpec,
    DiscreteSpec,
    EditError,
    ParameterSpec,
    YamlDocument,
)
from bayescore.errors import ConfigError
from bayescore.files import reason_of, replace
from bayescore.i18n import text

SPECS = ("hyper_tuning", "parameter_specs")


def with_parameters(document: YamlDocument, parameters: Mapping[str, Any]) -> YamlDocument:
    """Set values under ``parameters``: existing keys are replaced, others added in order.

    Raises
    ------
    EditError
        When the text cannot be edited.
    """
    root = _root(document)
    for name, value in parameters.items():
        current = root.get("parameters")
        if isinstance(current, dict) and name in current:
            document = document.apply(document.set(("parameters", name), value))
        else:
            document = document.apply(document.add(("parameters",), name, value))
        root = _root(document)
    return document


def with_specs(document: YamlDocument, specs: Sequence[ParameterSpec]) -> YamlDocument:
    """Set ranges and lists of values in ``parameter_specs``; other keys of the specs do not change.

    Raises
    ------
    EditError
        When the text cannot be edited.
    """
    written = _root(document).get("hyper_tuning", {}).get("parameter_specs") or []
    index = {str(item.get("name")): i for i, item in enumerate(written) if isinstance(item, dict)}
    for spec in specs:
        if spec.name not in index:
            raise EditError(text("The file no longer has the parameter “{name}”.", name=spec.name))
        at = (*SPECS, index[spec.name])
        for key, value in _ranges(spec).items():
            if document.node((*at, key)) is None:
                document = document.apply(document.add(at, key, value))
            elif _root(document)["hyper_tuning"]["parameter_specs"][index[spec.name]][key] != value:
                document = document.apply(document.set((*at, key), value))
    return document


def diff(before: str, after: str, name: str) -> str:
    """Unified diff of two texts, empty when they are equal."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name} (new)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def replace_file(target: Path, content: str) -> None:
    """Replace a file's text; see :func:`replace_bytes`."""
    replace_bytes(target, content.encode("utf-8"))


def replace_bytes(target: Path, content: bytes) -> None:
    """Replace a file's content atomically.

    Raises
    ------
    ConfigError
        When the file cannot be written, or is a link out of its folder. The old content stays.
    """
    try:
        replace(target, content, durable=True)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=target, reason=reason_of(error))
        ) from None


def _ranges(spec: ParameterSpec) -> dict[str, Any]:
    if isinstance(spec, CategoricalSpec):
        return {"categorical_values": list(spec.categorical_values)}
    if isinstance(spec, DiscreteSpec):
        return {"discrete_values": list(spec.discrete_values)}
    return {"min_value": spec.min_value, "max_value": spec.max_value}


def _root(document: YamlDocument) -> dict[str, Any]:
    if document.error is not None or not isinstance(document.data, dict | None):
        raise EditError(text("The file is not valid YAML."), text("Fix the errors first: bayesdesk check"))
    return document.data or {}
