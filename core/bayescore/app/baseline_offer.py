"""Offers to try the program's own defaults before the search begins."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bayescore.app.findings import Action, Finding
from bayescore.app.local_edits import set_baseline
from bayescore.app.program_problems import certain_options, program_of
from bayescore.config import CategoricalSpec, IntegerSpec, ParameterSpec, Severity
from bayescore.exchange.declared_options import Option
from bayescore.i18n import text
from bayescore.store import Submission


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
    return Finding(
        "baseline",
        Severity.HINT,
        text(
            "The program's own defaults are not tried: {given}. As the baseline they run first.", given=given
        ),
        actions=(Action(text("Try them first"), partial(set_baseline, parameters=defaults)),),
    )


def _defaults(
    specs: tuple[ParameterSpec, ...], options: tuple[Option, ...] | list[Option]
) -> Mapping[str, Any]:
    by_name = {name.lstrip("-"): option for option in options for name in option.names}
    found = {spec.name: by_name[spec.name].default for spec in specs if spec.name in by_name}
    return {spec.name: found[spec.name] for spec in specs if _is_value(spec, found.get(spec.name))}


def _is_value(spec: ParameterSpec, value: Any) -> bool:
    """Whether a default is of the parameter's type."""
    if isinstance(spec, CategoricalSpec):
        return str(value) in spec.categorical_values
    kinds = int if isinstance(spec, IntegerSpec) else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool)
