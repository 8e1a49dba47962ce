"""Passes a trial's parameters to its program: on the command line and in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bayescore.config import OpenBayesConfig
from bayescore.config.local import DEFAULT_FORM
from bayescore.config.options_place import option, with_options

FILE_NAME = "openbayes_params.json"


def merged(config: OpenBayesConfig, tuned: Mapping[str, Any]) -> dict[str, Any]:
    """Root parameters without secrets, then tuned ones in file order. Tuned values take precedence.

    A trial of an imported study may lack a parameter that others have.
    """
    names = [spec.name for spec in config.hyper_tuning.parameter_specs]
    root = {k: v for k, v in config.parameters.items() if k not in names}
    return {**root, **{name: tuned[name] for name in names if name in tuned}}


def as_text(value: Any) -> str:
    """A value as in the parameter file, but text without quotes; floats round-trip."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_json(parameters: Mapping[str, Any]) -> str:
    """Content of ``openbayes_params.json``."""
    return json.dumps(dict(parameters), ensure_ascii=False, indent=2) + "\n"


def command_line(command: str, parameters: Mapping[str, Any], form: str = DEFAULT_FORM) -> str:
    """The shell command with the parameters as quoted options at their place, see :func:`with_options`.

    Parameters
    ----------
    form
        One or more words with ``{name}`` and ``{value}``.
    """
    options = (option(form, name, as_text(value)) for name, value in parameters.items())
    return with_options(command, list(options))
