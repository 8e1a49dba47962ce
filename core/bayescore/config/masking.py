"""Masking clear-text secrets in an ``openbayes.yaml``."""

from __future__ import annotations

from bayescore.config.yamltext import EditError, YamlDocument

MASK = "***"
_FLAGS = ("is_secret", "isSecret")


def mask_secrets(file_text: str) -> tuple[str, int]:
    """Replace the value of each secret with ``***``; return the text and the number of replaced values.

    The result is empty when the text is not valid YAML or cannot be edited.
    """
    document = YamlDocument.parse(file_text)
    if document.error is not None:
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
