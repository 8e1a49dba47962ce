"""JSON Schemas of both files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from bayescore.config.local import LocalSettings
from bayescore.config.metric_sources import SourceKind
from bayescore.config.models import OpenBayesConfig

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_METRIC_SOURCE = {
    "type": "object",
    "properties": {
        **{str(kind): {"type": "string", "minLength": 1} for kind in SourceKind},
        "rename": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "oneOf": [{"required": [str(kind)]} for kind in SourceKind],
    "additionalProperties": False,
}
_BELIEF = {
    "anyOf": [
        {"type": ["number", "string", "boolean"]},
        {
            "type": "object",
            "properties": {"around": {"type": "number"}, "within": {"type": "number", "exclusiveMinimum": 0}},
            "required": ["around"],
            "additionalProperties": False,
        },
        {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
    ]
}
_STRING_OR_NUMBER = [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]


def openbayes_schema() -> dict[str, Any]:
    """Schema of ``openbayes.yaml``; it allows alternative spellings and unknown keys."""
    model = OpenBayesConfig.model_json_schema()
    model["$defs"]["Access"]["enum"] += ["READ_ONLY", "READ_WRITE"]
    schema = _lenient(model)
    properties = schema["properties"]
    del properties["secrets"]  # they are written under "parameters"
    properties["parameters"] = {"type": "object"}
    _allow_binding_spellings(schema)
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
        schema["properties"][key] = {"anyOf": _STRING_OR_NUMBER}
    names = {"type": "object", "additionalProperties": {"type": ["number", "string", "boolean", "object"]}}
    schema["properties"]["known"] = {"anyOf": [{"type": "array", "items": names}, {"type": "string"}]}
    schema["properties"]["baseline"] = names
    schema["properties"]["expect"] = {"type": "object", "additionalProperties": _BELIEF}
    del schema["$defs"]["KnownSet"], schema["$defs"]["Belief"]
    schema["properties"]["early_stopping"] = {
        "anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/EarlyStopping"}]
    }
    schema["properties"]["hours"] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Hours"}]}
    schema["$defs"]["RaySettings"]["properties"]["patience"] = {"anyOf": _STRING_OR_NUMBER}
    schema["properties"]["environment"] = {"type": "object"}
    lines = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
    access = {"type": "object", "additionalProperties": {"enum": ["ro", "rw"]}}
    schema["properties"]["in_place"] = {"anyOf": [*lines["anyOf"], access]}
    schema["properties"]["copy"] = schema["properties"]["send"] = lines
    schema["properties"]["metrics"] = {"type": "array", "items": _METRIC_SOURCE}
    del schema["$defs"]["MetricSource"], schema["$defs"]["SourceKind"]
    return {"$schema": _DRAFT, **schema, "title": "openbayes.local.yaml"}


def _allow_binding_spellings(schema: dict[str, Any]) -> None:
    binding = schema["$defs"]["DataBinding"]
    binding["required"] = ["path"]  # "name" can replace "data"
    items = {"anyOf": [{"$ref": "#/$defs/DataBinding"}, {"type": "string"}]}
    schema["$defs"]["Bindings"] = {"anyOf": [{"type": "array", "items": items}, {"type": "object"}]}
    for name in ("data_bindings", "data_binding", "bindings", "binding"):
        schema["properties"][name] = {"$ref": "#/$defs/Bindings"}


def _lenient(schema: Any) -> Any:
    """The schema with unknown keys allowed and case-insensitive words."""
    if isinstance(schema, list):
        return [_lenient(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: _lenient(v) for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
    words = kept.pop("enum", None) or ([kept.pop("const")] if "const" in kept else None)
    if words is None:
        return kept
    patterns = [{"type": "string", "pattern": _case_insensitive(word)} for word in words]
    return {**kept, "anyOf": [{"enum": words}, *patterns]}


def _case_insensitive(word: str) -> str:
    """Case-insensitive pattern for a word: JSON Schema has no flag for it."""
    return "^" + "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word) + "$"
