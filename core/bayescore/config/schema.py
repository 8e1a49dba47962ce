"""JSON Schemas of both files, for editors that complete and check while typing."""

from __future__ import annotations

from typing import Any

from bayescore.config.local import LocalSettings
from bayescore.config.models import OpenBayesConfig

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT_OR_NUMBER = [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]


def openbayes_schema() -> dict[str, Any]:
    """Schema of ``openbayes.yaml`` as people write it: other spellings and unknown keys are fine."""
    model = OpenBayesConfig.model_json_schema()
    model["$defs"]["Access"]["enum"] += ["READ_ONLY", "READ_WRITE"]
    schema = _lenient(model)
    properties = schema["properties"]
    del properties["secrets"]  # they are written under "parameters"
    properties["parameters"] = {"type": "object"}
    _with_every_spelling_of_bindings(schema)
    tuning = schema["$defs"]["HyperTuning"]["properties"]
    tuning["parallel_count"] = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]}
    schema["$defs"]["CategoricalSpec"]["properties"]["categorical_values"]["items"] = {
        "type": ["string", "number", "boolean"]
    }
    return {"$schema": _DRAFT, **schema, "title": "openbayes.yaml"}


def local_schema() -> dict[str, Any]:
    """Schema of ``openbayes.local.yaml``."""
    schema = LocalSettings.model_json_schema()
    for key in ("memory", "shm_size", "trial_timeout"):
        schema["properties"][key] = {"anyOf": _TEXT_OR_NUMBER}
    schema["$defs"]["RaySettings"]["properties"]["patience"] = {"anyOf": _TEXT_OR_NUMBER}
    schema["properties"]["environment"] = {"type": "object"}
    return {"$schema": _DRAFT, **schema, "title": "openbayes.local.yaml"}


def _with_every_spelling_of_bindings(schema: dict[str, Any]) -> None:
    binding = schema["$defs"]["DataBinding"]
    binding["required"] = ["path"]  # "name" may stand for "data"
    items = {"anyOf": [{"$ref": "#/$defs/DataBinding"}, {"type": "string"}]}
    schema["$defs"]["Bindings"] = {"anyOf": [{"type": "array", "items": items}, {"type": "object"}]}
    for name in ("data_bindings", "data_binding", "bindings", "binding"):
        schema["properties"][name] = {"$ref": "#/$defs/Bindings"}


def _lenient(schema: Any) -> Any:
    """The schema with unknown keys allowed and words in any letter case."""
    if isinstance(schema, list):
        return [_lenient(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: _lenient(v) for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
    words = kept.pop("enum", None) or ([kept.pop("const")] if "const" in kept else None)
    if words is None:
        return kept
    patterns = [{"type": "string", "pattern": _in_any_case(word)} for word in words]
    return {**kept, "anyOf": [{"enum": words}, *patterns]}


def _in_any_case(word: str) -> str:
    """A pattern for a word; the standard's dialect knows no switch for letter case."""
    return "^" + "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word) + "$"
