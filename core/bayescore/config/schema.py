"""JSON Schemas of both files, for editors that complete and check while typing."""

from __future__ import annotations

from typing import Any

from bayescore.config.local import LocalSettings
from bayescore.config.models import OpenBayesConfig

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT_OR_NUMBER = [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]


def openbayes_schema() -> dict[str, Any]:
    """Schema of ``openbayes.yaml`` as people write it: other spellings and unknown keys are fine."""
    schema = _open(OpenBayesConfig.model_json_schema())
    properties = schema["properties"]
    del properties["secrets"]  # they are written under "parameters"
    bindings = properties["data_bindings"]
    properties["data_binding"] = bindings
    short = {"type": "array", "items": {"type": "string"}}
    properties["bindings"] = properties["binding"] = short
    properties["parameters"] = {"type": "object"}
    tuning = schema["$defs"]["HyperTuning"]["properties"]
    tuning["parallel_count"] = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]}
    schema["$defs"]["Access"] = {"enum": ["ro", "rw", "READ_ONLY", "READ_WRITE"], "type": "string"}
    schema["$defs"]["CategoricalSpec"]["properties"]["categorical_values"]["items"] = {
        "type": ["string", "number", "boolean"]
    }
    return {"$schema": _DRAFT, **schema, "title": "openbayes.yaml"}


def local_schema() -> dict[str, Any]:
    """Schema of ``openbayes.local.yaml``."""
    schema = LocalSettings.model_json_schema()
    for key in ("memory", "shm_size", "trial_timeout"):
        schema["properties"][key] = {"anyOf": _TEXT_OR_NUMBER}
    schema["properties"]["environment"] = {"type": "object"}
    return {"$schema": _DRAFT, **schema, "title": "openbayes.local.yaml"}


def _open(schema: Any) -> Any:
    """The schema with unknown keys allowed."""
    if isinstance(schema, dict):
        return {k: _open(v) for k, v in schema.items() if (k, v) != ("additionalProperties", False)}
    if isinstance(schema, list):
        return [_open(item) for item in schema]
    return schema
