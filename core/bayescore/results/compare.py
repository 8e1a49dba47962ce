"""Settings in which jobs differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bayescore.store import Job

_ABSENT = "–"


@dataclass(frozen=True)
class Difference:
    """A setting that differs between jobs; ``values`` are in the order of the jobs."""

    setting: str
    values: tuple[str, ...]


def differences(jobs: Sequence[Job]) -> tuple[Difference, ...]:
    """Settings that differ, in the files and in the local settings, in the order of the files."""
    flat = [_settings(job) for job in jobs]
    names = dict.fromkeys(name for settings in flat for name in settings)
    found = (Difference(n, tuple(settings.get(n, _ABSENT) for settings in flat)) for n in names)
    return tuple(d for d in found if len(set(d.values)) > 1)


def _settings(job: Job) -> dict[str, str]:
    config = job.config.model_dump(mode="json", exclude_defaults=True)
    specs = config.get("hyper_tuning", {}).pop("parameter_specs", [])
    flat: dict[str, str] = {}
    _flatten("", config, flat)
    for spec in specs:
        _flatten(str(spec.pop("name", "")), spec, flat)
    _flatten(
        "", {**job.local.model_dump(mode="json", exclude_defaults=True), "image": job.submission.image}, flat
    )
    flat["history"] = ", ".join(job.submission.history) or _ABSENT
    return flat


def _flatten(prefix: str, value: Any, into: dict[str, str]) -> None:
    if value == {}:
        into[prefix] = "true"  # a group of settings that is on, with its defaults
    elif isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{prefix}.{key}" if prefix else str(key), inner, into)
    elif isinstance(value, list):
        into[prefix] = ", ".join(str(item) for item in value)
    else:
        into[prefix] = _ABSENT if value is None else str(value)
