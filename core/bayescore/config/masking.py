"""Secrets that are written in clear text in an ``openbayes.yaml``, blotted out."""

from __future__ import annotations

from bayescore.config.yamltext import EditError, YamlDocument

MASK = "***"
_FLAGS = ("is_secret", "isSecret")


def masked(file_text: str) -> tuple[str, int]:
    """The text with ``***`` for the value of every secret, and the number of secrets that had one.

    A text that cannot be read as YAML, or not be edited, comes back empty.
    """
    document = YamlDocument.parse(file_text)
    if document.fault is not None:
        return "", 1
    data = document.data if isinstance(document.data, dict) else {}
    parameters = data.get("parameters")
    names = [
        name
        for name, value in (parameters.items() if isinstance(parameters, dict) else ())
        if isinstance(value, dict) and "value" in value and any(value.get(flag) for flag in _FLAGS)
    ]
    try:
        for name in names:
            document = document.apply(document.set(("parameters", name, "value"), MASK))
    except EditError:
        return "", len(names)
    return document.text, len(names)
