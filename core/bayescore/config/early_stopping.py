"""``early_stopping`` of ``openbayes.local.yaml``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text


class EarlyStopping(BaseModel):
    """How trials that will not become the best are stopped.

    Attributes
    ----------
    min_steps
        Reports of the objective before which no trial is stopped; ``None`` lets the rule choose.
    confidence
        A trial is stopped when its chance to become the best is below 1 minus this.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_steps: int | None = Field(default=None, ge=1)
    confidence: float = Field(default=0.97, ge=0.5, lt=1.0)


def read_early_stopping(reader: Reader, path: Path) -> EarlyStopping | None:
    """Read ``true``, ``false`` or a map; ``None`` for no early stopping."""
    if isinstance(reader.value(path), dict):
        return _read_map(reader, path)
    return EarlyStopping() if reader.boolean(path) else None


def _read_map(reader: Reader, path: Path) -> EarlyStopping:
    reader.unknown_keys(path, EarlyStopping.model_fields)
    found = {
        "min_steps": _min_steps(reader, (*path, "min_steps")),
        "confidence": _confidence(reader, (*path, "confidence")),
    }
    return EarlyStopping.model_validate({key: value for key, value in found.items() if value is not None})


def _min_steps(reader: Reader, path: Path) -> int | None:
    value = reader.integer(path)
    if value is not None and value < 1:
        reader.error("out-of-range", path, text("“{name}” must be greater than 0.", name=path[-1]))
        return None
    return value


def _confidence(reader: Reader, path: Path) -> float | None:
    value = reader.number(path)
    if value is not None and not 0.5 <= value < 1.0:
        reader.error(
            "out-of-range", path, text("“{name}” must be at least 0.5 and less than 1.", name=path[-1])
        )
        return None
    return value
