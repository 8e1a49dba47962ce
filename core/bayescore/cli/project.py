"""``bayesdesk init``: a new project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.new_project import (
    accept_proposal,
    create_project,
    example_names,
    propose_from_program,
    with_early_stopping,
    with_python,
)
from bayescore.cli.interpreters import choose_interpreter
from bayescore.cli.output import aside, printable, write
from bayescore.config.load import LOCAL_FILE_NAME, MAX_BYTES
from bayescore.config.models import Goal
from bayescore.errors import ConfigError
from bayescore.exchange.program_modules import local_modules
from bayescore.exchange.program_options import likely_goal, propose_space
from bayescore.files import read_text
from bayescore.i18n import _, text

_MOST_TRIALS = 100  # the platform's limit


def init(
    from_: Annotated[
        str | None, typer.Option("--from", help=_("Name of an example to copy; “list” lists them."))
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help=_("Folder to write to."))] = Path(),
    program: Annotated[
        str | None,
        typer.Option("--program", help=_("Your program; its options are read to propose a search space.")),
    ] = None,
    metric: Annotated[
        str, typer.Option("--metric", help=_("Objective metric that the program reports."))
    ] = "",
    goal: Annotated[str, typer.Option("--goal", help=_("Goal: MAXIMIZE or MINIMIZE"))] = "",
    trials: Annotated[
        int, typer.Option("--trials", min=1, max=_MOST_TRIALS, help=_("How many trials."))
    ] = 20,
    defaults_first: Annotated[
        bool,
        typer.Option(
            "--defaults-first/--no-defaults-first",
            help=_("Try the program's own defaults before the search begins."),
        ),
    ] = True,
    early_stopping: Annotated[
        bool, typer.Option("--early-stopping", help=_("Stop trials that will not become the best."))
    ] = False,
    python: Annotated[
        str | None,
        typer.Option("--python", help=_("Python of the trials: a path, or conda:NAME. By default the best.")),
    ] = None,
) -> None:
    """Write an openbayes.yaml: commented, an example's, or proposed from a program's options."""
    if from_ == "list":
        for name in example_names():
            write(name)
        return
    asks = program is None and from_ is None and sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        program, metric, goal, trials = _ask(folder, metric, goal, trials)
        early_stopping = early_stopping or (bool(program) and _ask_early_stopping())
    if program:
        proposed = propose_from_program(
            folder, program, metric=metric, goal=goal, trials=trials, defaults_first=defaults_first
        )
        made = with_python(proposed, choose_interpreter(folder, python, program, asks=asks))
        made = with_early_stopping(made) if early_stopping else made
        accept_proposal(made)
        for remark in made.remarks:
            aside(str(remark))
        write(made.text)
        write(str(made.file))
        if made.local:
            write(made.local)
            write(str(made.file.with_name(LOCAL_FILE_NAME)))
    else:
        chosen = choose_interpreter(folder, python, asks=asks) if from_ is None or python else ""
        for target in create_project(folder, from_, chosen, early_stopping=early_stopping):
            write(str(target))
    write(_("Next: bayesdesk check {folder}", folder=folder))


def _ask(folder: Path, metric: str, goal: str, trials: int) -> tuple[str, str, str, int]:
    """Ask on the terminal for what cannot be guessed; without a program the template is written."""
    programs = sorted(p.name for p in folder.glob("*.py") if _is_plain(p.name) and _has_options(p))
    likely = "main.py" if "main.py" in programs else next(iter(programs), "")
    question = _("Your program") if likely else _("Your program (leave empty for a template to fill in)")
    program = typer.prompt(question, default=likely).strip()
    if not program:
        return "", metric, goal, trials
    if not (folder / program).is_file():
        raise ConfigError(text("There is no {file}.", file=folder / program))
    try:
        written = _text_of(folder / program)
        proposed = propose_space(written, modules=local_modules(folder, program, written))
        found = (*proposed.metrics, *proposed.written.names)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        found = ()  # reported when the file is written
    known = metric or next(filter(_is_plain, found), "accuracy")
    metric = typer.prompt(_("Objective metric"), default=known)
    goal = typer.prompt(
        _("Goal: MAXIMIZE or MINIMIZE"), default=goal or likely_goal(metric), value_proc=_parse_goal
    )
    trials = typer.prompt(_("How many trials"), default=str(trials), value_proc=_parse_count)
    return program, metric, goal, trials


def _ask_early_stopping() -> bool:
    question = _("Stop trials that will not become the best? The program must report after each epoch.")
    return typer.confirm(question, default=False)


def _parse_goal(answer: str) -> str:
    found = [goal for goal in Goal if goal.startswith(answer.strip().upper())]
    if len(found) != 1 or not answer.strip():
        raise typer.BadParameter(_("Enter {goals}.", goals=", ".join(Goal)))
    return str(found[0])


def _parse_count(answer: str) -> int:
    if not answer.strip().isdecimal() or not 1 <= int(answer) <= _MOST_TRIALS:
        raise typer.BadParameter(_("Enter a whole number from 1 to {most}.", most=_MOST_TRIALS))
    return int(answer)


def _is_plain(name: str) -> bool:
    """Whether a name can be shown in a question on the terminal."""
    return printable(name) == name


def _has_options(file: Path) -> bool:
    try:
        return "add_argument" in _text_of(file)
    except OSError:
        return False


def _text_of(file: Path) -> str:
    return read_text(file, MAX_BYTES)
