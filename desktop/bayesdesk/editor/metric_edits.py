"""Edits of ``metrics`` in ``openbayes.local.yaml``, without Qt."""

from __future__ import annotations

from typing import Any

from bayescore.config import Edit, SourceKind, YamlDocument
from bayescore.config.yamltext import Path
from bayescore.exchange.metric_writers import printed
from bayesdesk.editor import edits

METRICS: Path = ("metrics",)
RENAME = "rename"
_USUAL_FILES = {
    SourceKind.CSV: "**/metrics.csv",
    SourceKind.JSONL: "metrics.jsonl",
    SourceKind.JSON: "**/trainer_state.json",
    SourceKind.TENSORBOARD: "runs",
}


def kind_of(source: Any) -> SourceKind | None:
    """The kind of an item of the list; ``None`` if it has not exactly one."""
    kinds = [kind for kind in SourceKind if isinstance(source, dict) and kind in source]
    return kinds[0] if len(kinds) == 1 else None


def add_source(document: YamlDocument, objective: str) -> Edit:
    """Add a pattern for the lines in which the program prints the objective."""
    return edits.append(document, METRICS, printed(objective))


def remove_source(document: YamlDocument, index: int) -> Edit:
    """Remove a source, and the key with the last one."""
    sources = edits.value_at(document, METRICS)
    if isinstance(sources, list) and len(sources) == 1:
        return document.remove(METRICS)
    return document.remove((*METRICS, index))


def change_kind(document: YamlDocument, index: int, kind: SourceKind, objective: str) -> Edit:
    """Change the kind of a source; a path is kept, but a pattern is none."""
    path = (*METRICS, index)
    before = kind_of(edits.value_at(document, path))
    usual = printed(objective) if kind is SourceKind.LOG else {str(kind): _USUAL_FILES[kind]}
    if before is None or SourceKind.LOG in (before, kind):
        return document.set(path, usual)
    return document.rename((*path, str(before)), str(kind))


def set_rename(document: YamlDocument, path: Path, names: dict[str, str]) -> Edit:
    """Set the names at the path of a ``rename``; none remove the key."""
    return edits.set_value(document, path, names) if names else edits.unset(document, path)
