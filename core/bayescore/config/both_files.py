"""Problems that only both files together show."""

from __future__ import annotations

import json
from pathlib import Path as FilePath

from bayescore.config.beliefs import beliefs
from bayescore.config.known_sets import baseline, known_sets
from bayescore.config.load import LOCAL_FILE_NAME, Loaded, LoadedLocal
from bayescore.config.local import CommandShell
from bayescore.config.metric_sources import report_unwanted
from bayescore.config.models import CategoricalSpec, OpenBayesConfig, ParameterValue
from bayescore.config.options_place import is_in_background, needs_bash, option, with_options
from bayescore.config.problems import Problem, Severity, has_errors
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text

_MAX_ARGUMENT = (
    32 * 4096
)  # bytes of one argument (MAX_ARG_STRLEN of Linux); the shell gets the command as one
_MOST_DIGITS = 25  # of a number that is suggested


def problems_of(file: FilePath, loaded: Loaded, local: LoadedLocal) -> tuple[Problem, ...]:
    """Every problem of ``openbayes.yaml`` (``file``), of its local file, and of one beside the other."""
    found = (*loaded.problems, *local.problems)
    if loaded.config is None or local.settings is None:
        return found
    reader = Reader(loaded.document, file)
    word = needs_bash(loaded.config.command)
    if word is not None and local.settings.shell is CommandShell.SH:
        is_lost = is_in_background(word.text)
        message = text(
            "“{word}” is of bash, but sh runs the command. Set “shell: bash” in openbayes.local.yaml.",
            word=word.text,
        )
        reader.report_part(
            Severity.ERROR if is_lost else Severity.WARNING, "needs-bash", ("command",), message, word.text
        )
    if not has_errors(reader.problems):
        _check_options(reader, loaded.config, local.settings.parameters_as)
    tuning = loaded.config.hyper_tuning
    own = Reader(local.document, file.with_name(LOCAL_FILE_NAME))
    known_sets(own, tuning)
    baseline(own, tuning)
    beliefs(own, tuning)
    report_unwanted(own, local.settings.metrics, tuning.side_metrics, tuning.hyperparameter_metric)
    return (*found, *reader.finish(), *own.finish())


def _check_options(reader: Reader, config: OpenBayesConfig, form: str) -> None:
    """Report names and values that cannot be passed on a command line."""
    specs = config.hyper_tuning.parameter_specs
    tuned = {spec.name: ("hyper_tuning", "parameter_specs", i, "name") for i, spec in enumerate(specs)}
    for name, path in (*tuned.items(), *((name, ("parameters", name)) for name in config.parameters)):
        if name == "help" and form.startswith("--{name}"):
            message = text(
                "--help makes a program show its options and exit. Give the parameter another name."
            )
            reader.report(Severity.ERROR, "help-as-parameter", path, message, key=name not in tuned)
    longest = {name: _text(value) for name, value in config.parameters.items() if name not in tuned}
    for spec in specs:
        values = spec.categorical_values if isinstance(spec, CategoricalSpec) else ("0" * _MOST_DIGITS,)
        longest[spec.name] = max(values, key=len)
    words = [option(form, name, value) for name, value in longest.items()]
    size = len(with_options(config.command, words).encode("utf-8", "surrogatepass"))
    if size < _MAX_ARGUMENT:
        return
    name = max(longest, key=lambda n: len(longest[n]))
    where: Path = (
        tuned.get(name, ("parameters", name)) if len(longest[name]) > len(config.command) else ("command",)
    )
    message = text(
        "The command with its parameters has {size} KiB; Linux takes less than {most} KiB. "
        "Put the long text into a file, and pass the file's name.",
        size=-(-size // 2**10),
        most=_MAX_ARGUMENT // 2**10,
    )
    reader.report(Severity.ERROR, "argument-too-long", where, message)


def _text(value: ParameterValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
