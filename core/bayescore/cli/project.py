"""``bayesdesk init`` and ``bayesdesk gear init``: beginning a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore.config.models import Goal
from bayescore.i18n import _, text

_MOST_TRIALS = 100  # of the platform


def init(
    from_: Annotated[
        str | None, typer.Option("--from", help=_("Name of an example to copy; “list” shows them."))
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help=_("Where to write."))] = Path(),
    program: Annotated[
        str | None,
        typer.Option("--program", help=_("Your program; its options are read to propose what to tune.")),
    ] = None,
    metric: Annotated[
        str, typer.Option("--metric", help=_("What the program reports and is judged by."))
    ] = "",
    goal: Annotated[str, typer.Option("--goal", help="MAXIMIZE, MINIMIZE")] = "",
    trials: Annotated[
        int, typer.Option("--trials", min=1, max=_MOST_TRIALS, help=_("How many trials."))
    ] = 20,
) -> None:
    """Write an openbayes.yaml: commented, an example's, or proposed from a program's options."""
    from bayescore.app.new_project import begin_from_program, begin_project, example_names
    from bayescore.cli.output import aside, write

    if from_ == "list":
        for name in example_names():
            write(name)
        return
    if program is None and from_ is None and sys.stdin.isatty() and sys.stdout.isatty():
        program, metric, goal, trials = _asked(folder, metric, goal, trials)
    if program:
        target, remarks = begin_from_program(folder, program, metric=metric, goal=goal, trials=trials)
        for remark in remarks:
            aside(str(remark))
        write(_text_of(target))
        write(str(target))
    else:
        for target in begin_project(folder, from_):
            write(str(target))
    write(_("Next: bayesdesk check {folder}", folder=folder))


def _asked(folder: Path, metric: str, goal: str, trials: int) -> tuple[str, str, str, int]:
    """Ask on the terminal for what cannot be guessed; an empty program means the commented template."""
    from bayescore.errors import ConfigError
    from bayescore.exchange.program_options import likely_goal, propose_space

    programs = sorted(p.name for p in folder.glob("*.py") if _is_plain(p.name) and _has_options(p))
    likely = "main.py" if "main.py" in programs else next(iter(programs), "")
    question = _("Your program") if likely else _("Your program (empty for a template to fill in)")
    program = typer.prompt(question, default=likely).strip()
    if not program:
        return "", metric, goal, trials
    if not (folder / program).is_file():
        raise ConfigError(text("There is no {file}.", file=folder / program))
    try:
        found = propose_space(_text_of(folder / program)).metrics
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        found = ()  # said by what writes the file
    known = metric or next(filter(_is_plain, found), "accuracy")
    metric = typer.prompt(_("The metric that it is judged by"), default=known)
    goal = typer.prompt(_("Which way is better"), default=goal or likely_goal(metric), value_proc=_a_goal)
    trials = typer.prompt(_("How many trials"), default=str(trials), value_proc=_a_count)
    return program, metric, goal, trials


def _a_goal(answer: str) -> str:
    found = [goal for goal in Goal if goal.startswith(answer.strip().upper())]
    if len(found) != 1 or not answer.strip():
        raise typer.BadParameter(_("Please answer {goals}.", goals=", ".join(Goal)))
    return str(found[0])


def _a_count(answer: str) -> int:
    if not answer.strip().isdecimal() or not 1 <= int(answer) <= _MOST_TRIALS:
        raise typer.BadParameter(_("Please answer a whole number from 1 to {most}.", most=_MOST_TRIALS))
    return int(answer)


def _is_plain(name: str) -> bool:
    """Whether a name can stand in a question on the terminal."""
    from bayescore.cli.output import printable

    return printable(name) == name


def _has_options(file: Path) -> bool:
    try:
        return "add_argument" in _text_of(file)
    except OSError:
        return False


def _text_of(file: Path) -> str:
    from bayescore.config.load import MAX_BYTES
    from bayescore.files import read_text

    return read_text(file, MAX_BYTES)
