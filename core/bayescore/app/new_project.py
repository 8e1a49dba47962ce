"""Beginning a project: a commented file, or a copy of an example."""

from __future__ import annotations

from pathlib import Path

from bayescore.config import FILE_NAME
from bayescore.config.load import read_utf8
from bayescore.errors import ConfigError
from bayescore.exchange.program_options import propose_space
from bayescore.files.tree import Cursor
from bayescore.i18n import Text, text
from bayescore.resources import resource
from bayescore.results import replace_file


def example_names() -> tuple[str, ...]:
    """Names of the examples that can be copied."""
    return tuple(sorted(p.name for p in resource("examples").iterdir() if p.is_dir()))


def begin_project(folder: Path, example: str | None = None) -> list[Path]:
    """Write a commented ``openbayes.yaml``, or copy an example; the files that were written.

    Raises
    ------
    ConfigError
        When there is no such example, or a file of that name is there already; nothing is
        written then.
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
        raise ConfigError(text("There is already: {names}.", names=names), text("Choose an empty folder."))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in files:
        target = folder / path.relative_to(source)
        try:
            _create(target, path.read_bytes(), folder)
        except OSError as error:
            raise ConfigError(
                text("{file} cannot be written: {reason}.", file=target, reason=error.strerror or str(error))
            ) from None
        written.append(target)
    return written


def _create(target: Path, content: bytes, folder: Path) -> None:
    """Write a new file below a folder that may hold links to elsewhere, none of which is followed."""
    with Cursor(folder.resolve()) as cursor:
        for name in target.relative_to(folder).parts[:-1]:
            cursor.add_folder(name)
            cursor.go((*cursor.parts, name))
        with cursor.create_new(target.name) as created:
            created.write(content)


def begin_from_program(
    folder: Path, program: str, *, metric: str = "", goal: str = "", trials: int = 20
) -> tuple[Path, tuple[Text, ...]]:
    """Write an ``openbayes.yaml`` proposed from a program's options; the file, and what was left out.

    Raises
    ------
    ConfigError
        When the program cannot be read or has no option with a value, or there is a file already.
    """
    source = folder / program
    target = folder / FILE_NAME
    if target.exists():
        raise ConfigError(
            text("There is already: {names}.", names=target), text("Open it, or move it out of the way.")
        )
    try:
        found = propose_space(read_utf8(source).decode("utf-8"))
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
    replace_file(target, content)
    return target, found.remarks
