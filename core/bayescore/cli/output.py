"""Output of the commands: text for people, JSON for programs, never both on one stream."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bayescore.cli.terminal import visible
from bayescore.i18n import Text, _

_ANY_TEXT = "bayesdesk.any_text"
_FIRST_BYTE = 0xDC00  # of the surrogates that stand for bytes, PEP 383
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def accept_any_text() -> None:
    """Print what the encoding of a stream lacks, such as emoji in GBK, instead of failing.

    Bytes of file names that are invalid in it are printed as they are, so that other programs find the file.
    """
    codecs.register_error(_ANY_TEXT, _encoded)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ANY_TEXT)


def _encoded(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    piece = error.object[error.start : error.end]
    parts = (
        bytes([ord(c) - _FIRST_BYTE]) if "\udc80" <= c <= "\udcff" else c.encode("ascii", "backslashreplace")
        for c in piece
    )
    return b"".join(parts), error.end


def printable(text: str) -> str:
    """Text without control codes, which could move a terminal's cursor or change its title.

    Line ends and tabs are kept.
    """
    return _CONTROL.sub(lambda found: visible(found[0]), text)


def write(line: str = "") -> None:
    """Print one line on standard output; see :func:`content`."""
    content(f"{line}\n")


def content(text: str) -> None:
    """Print text on standard output: without control codes on a terminal, otherwise unchanged."""
    sys.stdout.write(printable(text) if sys.stdout.isatty() else text)


def aside(line: str = "") -> None:
    """Print one line on standard error, for progress and remarks."""
    sys.stderr.write(f"{printable(line) if sys.stderr.isatty() else line}\n")


def as_json(value: Any) -> None:
    """Print one JSON object on standard output."""
    write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def complain(message: Text, hint: Text | None = None) -> None:
    """Print an error, and what to do next."""
    aside(_("error: {message}", message=message))
    if hint is not None and str(hint):
        aside(f"  {hint}")


def table(headers: list[str], rows: list[list[str]]) -> None:
    """Print a table: aligned on a terminal, otherwise with tabs between the columns."""
    if not sys.stdout.isatty():
        for row in [headers, *rows]:
            write("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console  # here and below: slow to import, only needed on a terminal
    from rich.table import Table
    from rich.text import Text as Cell

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        shown.add_column(Cell(printable(header)), overflow="fold")
    for row in rows:
        shown.add_row(*(Cell(printable(cell)) for cell in row))
    Console().print(shown)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; yields a function that takes the bytes done and the bytes in all."""
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
    """A number with six significant digits."""
    return "" if value is None else f"{value:.6g}"
