"""What the commands print: text for people, JSON for programs, never both on one stream."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bayescore.i18n import Text, _


def write(line: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(f"{line}\n")


def aside(line: str = "") -> None:
    """One line on standard error: progress and remarks."""
    sys.stderr.write(f"{line}\n")


def as_json(value: Any) -> None:
    """One JSON object on standard output."""
    write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def complain(message: Text, hint: Text | None = None) -> None:
    """An error, and what to do next."""
    aside(_("error: {message}", message=message))
    if hint is not None and str(hint):
        aside(f"  {hint}")


def table(headers: list[str], rows: list[list[str]]) -> None:
    """A table: with lines on a terminal, columns apart by tabs elsewhere."""
    if not sys.stdout.isatty():
        for row in [headers, *rows]:
            write("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        shown.add_column(header, overflow="fold")
    for row in rows:
        shown.add_row(*(cell.replace("[", "\\[") for cell in row))
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
