"""Offers to try the program's own defaults before the search begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bayescore.app.findings import Action, Finding
from bayescore.app.local_edits import set_baseline
from bayescore.app.permissions import shown
from bayescore.app.program_problems import certain_options, program_of
from bayescore.config import CategoricalSpec, IntegerSpec, ParameterSpec, Severity
from bayescore.exchange.declared_options import Option
from bayescore.i18n import text
from bayescore.store import Submission

_LONGEST = 200  # characters of the defaults in the message
_TOO_LARGE = 2**63  # for an integer of the programs that read what is stored


def baseline_offer(submission: Submission) -> Finding | None:
    """The offer; ``None`` for a job with a baseline, a follow-up job, or a program without known defaults."""
    if submission.local.baseline is not None or submission.history:
        return None
    project = Path(submission.project)
    program = program_of(submission.config.command, project)
    options = None if program is None else certain_options(program, project)
    defaults = _defaults(submission.config.hyper_tuning.parameter_specs, options or ())
    if not defaults:
        return None
    given = ", ".join(f"{name} {value}" for name, value in defaults.items())
    if len(given) > _LONGEST:
        given = f"{given[: _LONGEST - 1]}…"
    return Finding(
        "baseline",
        Severity.HINT,
        text(
            "The program's own defaults are not tried: {given}. As the baseline they run first.",
            given=shown(given),
        ),
        actions=(Action(text("Try them first"), partial(set_baseline, parameters=defaults)),),
    )


def _defaults(
    specs: tuple[ParameterSpec, ...], options: tuple[Option, ...] | list[Option]
) -> Mapping[str, Any]:
    by_name = {name.lstrip("-"): option for option in options for name in option.names}
    found = {spec.name: by_name[spec.name].default for spec in specs if spec.name in by_name}
    return {
        spec.name: str(found[spec.name]) if isinstance(spec, CategoricalSpec) else found[spec.name]
        for spec in specs
        if _is_value(spec, found.get(spec.name))
    }


def _is_value(spec: ParameterSpec, value: Any) -> bool:
    """Whether a default is of the parameter's type, and not too large to be stored."""
    if isinstance(spec, CategoricalSpec):
        return str(value) in spec.categorical_values
    kinds = int if isinstance(spec, IntegerSpec) else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < _TOO_LARGE
