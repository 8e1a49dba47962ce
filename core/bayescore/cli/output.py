"""What the commands print: text for people, JSON for programs, never both on one stream."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bayescore.cli.terminal import visible
from bayescore.i18n import Text as Words
from bayescore.i18n import _

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(words: str) -> str:
    """Words without control codes, which would move a terminal's cursor or change its title: ``␛[2J``.

    Line ends and tabs stay.
    """
    return _CONTROL.sub(lambda found: visible(found[0]), words)


def write(line: str = "") -> None:
    """One line on standard output; programs that read it get every character."""
    content(f"{line}\n")


def content(words: str) -> None:
    """The text of a file on standard output: to a terminal without control codes, else as it is."""
    sys.stdout.write(printable(words) if sys.stdout.isatty() else words)


def aside(line: str = "") -> None:
    """One line on standard error: progress and remarks."""
    sys.stderr.write(f"{printable(line) if sys.stderr.isatty() else line}\n")


def as_json(value: Any) -> None:
    """One JSON object on standard output."""
    write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def complain(message: Words, hint: Words | None = None) -> None:
    """An error, and what to do next."""
    aside(_("error: {message}", message=message))
    if hint is not None and str(hint):
        aside(f"  {hint}")


def table(headers: list[str], rows: list[list[str]]) -> None:
    """A table: with lines on a terminal, columns apart by tabs elsewhere."""
    if not sys.stdout.isatty():
        for row in [headers, *rows]:
            write("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        shown.add_column(Text(printable(header)), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(shown)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere; yields what is told the bytes done and the bytes in all."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True))
    console = Console(stderr=True)
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task(what)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def number(value: float | None) -> str:
    """A number as people read it: six significant digits."""
    return "" if value is None else f"{value:.6g}"
