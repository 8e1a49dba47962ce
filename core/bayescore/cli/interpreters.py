"""The choice of a Python interpreter in a terminal."""

from __future__ import annotations

from pathlib import Path

import typer

from bayescore.app.interpreter_choice import described, interpreter_at, look_for_interpreters
from bayescore.app.new_project import names_python
from bayescore.cli.output import aside
from bayescore.i18n import _
from bayescore.pythons import Candidate, Survey

_MOST_SHOWN = 15


def choose_interpreter(folder: Path, python: str | None, program: str = "", *, asks: bool) -> str:
    """What ``python`` in ``openbayes.local.yaml`` becomes; empty if trials use the default interpreter.

    Parameters
    ----------
    python
        The user's choice; ``None`` for the best.
    asks
        Whether to ask the user on the terminal, unless the default has all that the program imports.

    Raises
    ------
    ConfigError
        If there is no interpreter of the user's choice.
    """
    if python:
        interpreter_at(python, folder)
        return python
    if names_python(folder):
        return ""
    found = look_for_interpreters(folder, programs=[folder.absolute() / program] if program else [])
    if found.best is None:
        return ""
    aside(_("Python for the trials:"))
    shown = _shown(found)
    for number, candidate in enumerate(shown, 1):
        mark = "→" if candidate is found.best else " "
        aside(f"{mark} {number:2}  {candidate.written}  {described(candidate)}")
    chosen = found.best
    if asks and (chosen.lacking or not chosen.is_default):
        chosen = shown[_ask(len(shown), shown.index(found.best))]
    if chosen.lacking:
        aside(_("Install what is missing: {command}", command=found.install_command(chosen)))
    return "" if chosen.is_default else chosen.written


def _shown(found: Survey) -> list[Candidate]:
    """The first interpreters, and the best whichever place it has."""
    shown = list(found.candidates[:_MOST_SHOWN])
    if found.best is not None and found.best not in shown:
        shown.append(found.best)
    return shown


def _ask(count: int, best: int) -> int:
    def parse(answer: str) -> int:
        if not answer.strip().isdecimal() or not 1 <= int(answer) <= count:
            raise typer.BadParameter(_("Enter a whole number from 1 to {most}.", most=count))
        return int(answer)

    return int(typer.prompt(_("Number of the interpreter"), default=str(best + 1), value_proc=parse)) - 1
