"""The Python that trials on this machine get: what the settings name, and what it lacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bayescore.app.findings import Action, Finding
from bayescore.app.local_edits import choose_python
from bayescore.config import LOCAL_FILE_NAME, LoadedLocal, NodeRunner, Problem, RunnerChoice, Severity
from bayescore.config.reader import Reader
from bayescore.errors import ConfigError
from bayescore.i18n import Text, _, text
from bayescore.pythons import (
    CONDA_PREFIX,
    Candidate,
    Interpreter,
    Looking,
    NoInterpreterError,
    Survey,
    behind,
    imported,
    lacking_of,
    programs_of,
    resolved,
    survey,
)
from bayescore.trials.runners import default_python

TOPIC = "python"
_PATH = ("python",)
_MOST_NAMED = 6  # modules or environments in a message
_MOST_OFFERED = 3  # other interpreters


def python_problems(
    project: Path, local: LoadedLocal, runner: str, environment: Mapping[str, str] = os.environ
) -> tuple[Problem, ...]:
    """An interpreter that is not there, at the place that names it.

    Parameters
    ----------
    runner
        What runs the trials; with ``auto`` containers may, which use no interpreter of this machine.
    """
    settings = local.settings
    if settings is None or not (python := settings.python) or runner == RunnerChoice.DOCKER:
        return ()
    if runner == RunnerChoice.RAY and settings.ray.runner is NodeRunner.DOCKER:
        return ()
    reader = Reader(local.document, project / LOCAL_FILE_NAME)
    severity = Severity.WARNING if runner == RunnerChoice.AUTO else Severity.ERROR
    if runner == RunnerChoice.RAY:  # the nodes have interpreters of their own
        if python.startswith(CONDA_PREFIX) and "/" not in python:
            message = text(
                "Each node has environments of its own: write conda:/PATH, with the folder of the "
                "environment on the nodes."
            )
            reader.report(severity, "no-environment", _PATH, message)
        return reader.finish()
    try:
        resolved(python, project, environment)
    except NoInterpreterError as error:
        _report(reader, severity, error)
    return reader.finish()


def _report(reader: Reader, severity: Severity, error: NoInterpreterError) -> None:
    code = "no-environment" if error.path is None else "no-interpreter"
    meant = f"{CONDA_PREFIX}{error.nearest}"
    fix = (text("Change to {value}", value=meant), lambda: reader.document.set(_PATH, meant))
    reader.report(severity, code, _PATH, _reason(error), fix=fix if error.nearest else None)


def _reason(error: NoInterpreterError) -> Text:
    if error.path is not None:
        return _unusable(error.path)
    if error.nearest:
        return text(
            "There is no conda environment “{name}”; did you mean “{nearest}”?",
            name=error.conda,
            nearest=error.nearest,
        )
    if error.known:
        return text(
            "There is no conda environment “{name}”. There are: {names}.",
            name=error.conda,
            names=_listed(error.known),
        )
    return text(
        "There is no conda environment “{name}”, and no other was found. Write the path of the "
        "interpreter instead.",
        name=error.conda,
    )


def _unusable(path: Path) -> Text:
    if path.is_dir():
        return text(
            "{file} is a folder. Write the path of the interpreter in it, such as {example}.",
            file=path,
            example=path / "bin" / "python",
        )
    if path.exists():
        return text("{file} cannot be executed. Write the path of an interpreter.", file=path)
    return text(
        "There is no interpreter {file}. Correct “python”, or remove it to use the python of your shell.",
        file=path,
    )


def look_for_interpreters(
    project: Path,
    command: str = "",
    programs: Sequence[Path] = (),
    looking: Looking | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Survey:
    """Find the interpreters that a project may use, and what each of them lacks.

    Parameters
    ----------
    command
        The command that starts the project's program.
    programs
        Files that are started, if there is no command yet.
    """
    started = tuple(programs) or programs_of(command, project.absolute())
    return survey(project, environment, programs=started, default=default_python(), looking=looking)


def interpreter_at(python: str, project: Path, environment: Mapping[str, str] = os.environ) -> Interpreter:
    """The interpreter that a user names.

    Raises
    ------
    ConfigError
        If it is not there.
    """
    try:
        return resolved(python, project, environment)
    except NoInterpreterError as error:
        raise ConfigError(_reason(error)) from None


def described(candidate: Candidate) -> str:
    """Version, kind, frameworks and what is missing, in one line."""
    parts = [candidate.interpreter.version or "?", str(candidate.interpreter.kind)]
    parts += [f"{name} {version}".strip() for name, version in candidate.frameworks.items()]
    if candidate.lacking:
        parts.append(_("lacks {modules}", modules=_listed(candidate.lacking)))
    if not candidate.interpreter.is_known:
        parts.append(_("packages unknown"))
    if candidate.is_default:
        parts.append(_("default"))
    return " · ".join(parts)


def chosen_interpreter(
    python: str | None, project: Path, environment: Mapping[str, str] = os.environ
) -> Interpreter | None:
    """The interpreter that trials get; ``None`` if it is not there."""
    if python:
        try:
            return resolved(python, project, environment)
        except NoInterpreterError:
            return None
    default = default_python()
    return behind(Path(default), project, environment) if default else None


def python_findings(
    project: Path, command: str, python: str | None, environment: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Packages that the program imports and the chosen interpreter lacks.

    Parameters
    ----------
    python
        As in ``openbayes.local.yaml``, or as a job stores it.
    """
    chosen, programs = chosen_interpreter(python, project, environment), programs_of(command, project)
    if chosen is None or not chosen.is_known or not programs:
        return
    imports = imported(project, programs)
    lacking = lacking_of(chosen, environment, imports)
    if not lacking:
        if imports:
            message = text("{name} has every package that the program imports", name=named(chosen))
            yield Finding(TOPIC, Severity.OK, message)
        return
    found = look_for_interpreters(project, command, environment=environment)
    others = [each for each in found.candidates if each.interpreter.is_known and not each.lacking]
    others = others[:_MOST_OFFERED]
    message = text(
        "{name} lacks what the program imports: {modules}.", name=named(chosen), modules=_listed(lacking)
    )
    if others:
        message = text("{missing} {other} has it.", missing=message, other=others[0].written)
    own = next((each for each in found.candidates if each.interpreter.path == chosen.path), None)
    install = text("{command}", command=found.install_command(own)) if own is not None else None
    yield Finding(TOPIC, Severity.WARNING, message, install, tuple(map(_use, others)))


def _use(candidate: Candidate) -> Action:
    edit = partial(choose_python, python=candidate.written)
    return Action(text("Use {python}", python=candidate.written), edit=edit)


def named(interpreter: Interpreter) -> Text:
    """An interpreter in a sentence."""
    return text("Python {version} ({path})", version=interpreter.version or "?", path=interpreter.path)


def _listed(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > _MOST_NAMED else []
    return ", ".join([*names[:_MOST_NAMED], *more])
