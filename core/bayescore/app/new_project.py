"""New projects: from a commented template, an example, or the options of a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from bayescore.config import FILE_NAME, LOCAL_FILE_NAME, RunnerChoice, gear, load_local_file
from bayescore.config.load import MAX_BYTES, read_utf8
from bayescore.config.yamltext.scalars import render
from bayescore.errors import ConfigError
from bayescore.exchange.program_modules import local_modules
from bayescore.exchange.program_options import propose_space
from bayescore.files import read_text, reason_of
from bayescore.files.tree import Cursor
from bayescore.i18n import Text, text
from bayescore.resources import resource

_EARLY_STOPPING = "early_stopping: true\n"


def example_names() -> tuple[str, ...]:
    """Names of the examples that can be copied."""
    return tuple(sorted(p.name for p in resource("examples").iterdir() if p.is_dir()))


@dataclass(frozen=True)
class NewFiles:
    """The files of a new project, which are not written yet.

    Attributes
    ----------
    contents
        By the path in the folder.
    """

    folder: Path
    contents: Mapping[PurePath, bytes]


def plan_project(
    folder: Path,
    example: str | None = None,
    runner: RunnerChoice = RunnerChoice.AUTO,
    python: str = "",
    *,
    early_stopping: bool = False,
) -> NewFiles:
    """A commented ``openbayes.yaml``, or the files of an example; nothing is written.

    Parameters
    ----------
    runner, python, early_stopping
        Written into an ``openbayes.local.yaml``, unless that file exists.

    Raises
    ------
    ConfigError
        When there is no such example, or one of the files exists.
    """
    if example is not None and example not in example_names():
        raise ConfigError(
            text("There is no example “{name}”.", name=example),
            text("Choose one of: {names}.", names=", ".join(example_names())),
        )
    source = resource("examples", example) if example else resource("templates", "project")
    files = [p for p in sorted(source.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    existing = [p for p in files if (folder / p.relative_to(source)).exists()]
    if existing:
        names = ", ".join(str(p.relative_to(source)) for p in existing)
        raise ConfigError(
            text("Already in the folder: {names}.", names=names), text("Choose an empty folder.")
        )
    contents: dict[PurePath, bytes] = {p.relative_to(source): p.read_bytes() for p in files}
    settings = _runner_line(runner) + _python_line(python) + (_EARLY_STOPPING if early_stopping else "")
    if settings and not (folder / LOCAL_FILE_NAME).exists():
        own = contents.get(PurePath(LOCAL_FILE_NAME), b"")
        contents[PurePath(LOCAL_FILE_NAME)] = settings.encode() + own
    return NewFiles(folder, contents)


def write_files(planned: NewFiles) -> list[Path]:
    """Write the files of a new project; returns them.

    Raises
    ------
    ConfigError
        When one of them exists by now, or cannot be written.
    """
    try:
        planned.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=planned.folder, reason=reason_of(error))
        ) from None
    written = []
    for name, content in planned.contents.items():
        target = planned.folder / name
        _create(target, content, planned.folder)
        written.append(target)
    return written


def create_project(
    folder: Path, example: str | None = None, python: str = "", *, early_stopping: bool = False
) -> list[Path]:
    """Write a commented ``openbayes.yaml``, or copy an example; returns the files that were written.

    Raises
    ------
    ConfigError
        As :func:`plan_project` and :func:`write_files`; if one of the files exists, nothing is written.
    """
    return write_files(plan_project(folder, example, python=python, early_stopping=early_stopping))


def _choose_runner(folder: Path, runner: RunnerChoice) -> None:
    """Write the runner of a new project into its ``openbayes.local.yaml``, unless that file exists.

    Raises
    ------
    ConfigError
        When the file cannot be written.
    """
    target = folder / LOCAL_FILE_NAME
    if runner is not RunnerChoice.AUTO and not target.exists():
        _create(target, _runner_line(runner).encode(), folder)


def _runner_line(runner: RunnerChoice) -> str:
    return "" if runner is RunnerChoice.AUTO else f"runner: {runner}\n"


def _python_line(python: str) -> str:
    return f"python: {render(python)}\n" if python else ""


def name_project(folder: Path, name: str) -> Path | None:
    """Name a project, and write an ``openbayes.yaml`` if there is none; returns it when it was written.

    Raises
    ------
    ConfigError
        When a file cannot be written.
    """
    gear.name_project(folder, name)
    target = folder / FILE_NAME
    if target.exists():
        return None
    _create(target, resource("templates", "project", FILE_NAME).read_bytes(), folder)
    return target


def _create(target: Path, content: bytes, folder: Path) -> None:
    """Write a new file below a folder without following links, which may lead out of it."""
    try:
        with Cursor(folder.resolve()) as cursor:
            for name in target.relative_to(folder).parts[:-1]:
                cursor.add_folder(name)
                cursor.go((*cursor.parts, name))
            with cursor.create_new(target.name) as created:
                created.write(content)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be written: {reason}.", file=target, reason=reason_of(error))
        ) from None


@dataclass(frozen=True)
class Proposal:
    """Files proposed from a program, which are not written yet, and remarks about the proposal.

    Attributes
    ----------
    local
        Text of ``openbayes.local.yaml``; empty if none is needed, or if there is one already.
    """

    file: Path
    text: str
    remarks: tuple[Text, ...]
    local: str = ""


def propose_from_program(
    folder: Path,
    program: str,
    *,
    metric: str = "",
    goal: str = "",
    trials: int = 20,
    defaults_first: bool = True,
) -> Proposal:
    """Propose an ``openbayes.yaml`` from a program's options; nothing is written.

    Parameters
    ----------
    defaults_first
        Whether the program's own defaults are tried before the search begins.

    Raises
    ------
    ConfigError
        When the program cannot be read or has no option with a value, or the file exists.
    """
    source = folder / program
    target = folder / FILE_NAME
    if target.exists():
        raise ConfigError(
            text("{file} already exists.", file=target), text("Open it, or move it to another folder.")
        )
    try:
        written = read_utf8(source).decode("utf-8")
        modules = local_modules(folder, program, written)
        found = propose_space(written, metric, modules, partial(_read_beside, source.parent))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(
            text("{file} is not a Python program: {reason}.", file=source, reason=error)
        ) from None
    if not found.specs:
        raise ConfigError(
            text("{file} has no option that looks like a hyperparameter.", file=source),
            text("Give its argparse options a type and a default, or write the file by hand: bayesdesk init"),
        )
    content = found.file_text(program, metric=metric, goal=goal, trials=trials)
    local, remarks = found.local_text(defaults_first=defaults_first), found.remarks
    if found.defaults and defaults_first:
        given = ", ".join(f"{name} {value}" for name, value in found.defaults.items())
        remarks = (*remarks, text("The program's own defaults are tried first: {given}.", given=given))
    if local and (folder / LOCAL_FILE_NAME).exists():
        local, remarks = "", (*remarks, _to_add(folder, local))
    return Proposal(target, content, remarks, local)


def with_python(proposal: Proposal, python: str) -> Proposal:
    """The proposal with the interpreter of trials; nothing changes if ``openbayes.local.yaml`` names one."""
    folder = proposal.file.parent
    if not (folder / LOCAL_FILE_NAME).exists():
        return replace(proposal, local=_python_line(python) + proposal.local)
    if not python or names_python(folder):
        return proposal
    return replace(proposal, remarks=(*proposal.remarks, _to_add(folder, _python_line(python))))


def with_early_stopping(proposal: Proposal) -> Proposal:
    """The proposal with early stopping switched on."""
    folder = proposal.file.parent
    if not (folder / LOCAL_FILE_NAME).exists():
        return replace(proposal, local=proposal.local + _EARLY_STOPPING)
    return replace(proposal, remarks=(*proposal.remarks, _to_add(folder, _EARLY_STOPPING)))


def names_python(folder: Path) -> bool:
    """Whether the settings of this machine name an interpreter already."""
    try:
        settings = load_local_file(folder / LOCAL_FILE_NAME).settings
    except ConfigError:
        return False
    return settings is not None and settings.python is not None


def _to_add(folder: Path, local: str) -> Text:
    lines = "\n".join(line for line in local.splitlines() if not line.startswith("#"))
    return text("Add to {file}:\n{lines}", file=folder / LOCAL_FILE_NAME, lines=lines)


def _read_beside(folder: Path, path: str) -> str | None:
    """Text of a file below a folder that has one; a link is not followed out of it."""
    file = folder / path
    try:
        inside = file.resolve().is_relative_to(folder.resolve())
        return read_text(file, MAX_BYTES) if inside else None
    except OSError:
        return None


def accept_proposal(proposal: Proposal, runner: RunnerChoice = RunnerChoice.AUTO) -> None:
    """Write the proposed files, with a runner for trials on this machine.

    Raises
    ------
    ConfigError
        When the file exists by now, or one cannot be written.
    """
    folder = proposal.file.parent
    _create(proposal.file, proposal.text.encode(), folder)
    if proposal.local:
        _create(folder / LOCAL_FILE_NAME, f"{_runner_line(runner)}{proposal.local}".encode(), folder)
    _choose_runner(folder, runner)
