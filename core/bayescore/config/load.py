"""Loading the files: from bytes to settings and problems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bayescore.config import full_width
from bayescore.config.encodings import NotUtf8Error
from bayescore.config.local import LocalSettings, read_local
from bayescore.config.models import OpenBayesConfig
from bayescore.config.problems import Problem, Severity, has_errors
from bayescore.config.read_root import (
    ROOT_KEYS,
    check_official,
    read_bindings,
    read_cloud_only,
    read_command,
    read_parameters,
    read_runtime,
)
from bayescore.config.read_tuning import read_tuning
from bayescore.config.reader import FULL_WIDTH, Reader
from bayescore.config.yamltext import YamlDocument
from bayescore.config.yamltext.safe_loader import refusals
from bayescore.errors import ConfigError
from bayescore.files import open_regular
from bayescore.i18n import N_, Text, text

FILE_NAME = "openbayes.yaml"
LOCAL_FILE_NAME = "openbayes.local.yaml"
MAX_BYTES = 256 * 1024  # a larger file is not a settings file
_REASONS: tuple[tuple[str, Text], ...] = (
    (
        "cannot start any token",
        text("A tab or another character is not allowed here; indent with spaces."),
    ),
    ("mapping values are not allowed", text("A second “:” in this line: put the value in quotes.")),
    ("could not find expected ':'", text("A “:” is missing after the key.")),
    ("did not find expected key", text("The indentation is wrong, or a “:” is missing after the key.")),
    ("did not find expected '-'", text("The indentation of this list is wrong.")),
    ("did not find expected ',' or", text("A “,” or the closing bracket is missing.")),
    ("unexpected end of stream", text("A quote is opened and never closed.")),
    ("undefined alias", text("An alias (*name) without an anchor (&name) before it.")),
    ("too deep", text("Nested too deeply.")),
    (
        "too large with its aliases",
        text("Its aliases (*name) or nested keys expand to too much data; write the values out instead."),
    ),
    ("control characters", text("A control character, which YAML does not allow.")),
    ("unacceptable character", text("A character that YAML does not allow.")),
    ("special characters are not allowed", text("A control character, which YAML does not allow.")),
    ("found duplicate anchor", text("Two anchors have the same name.")),
)
_FULL_WIDTH = {
    full_width.Kind.SEPARATOR: N_("The full-width “{written}” does not separate values; write “{needed}”."),
    full_width.Kind.COLON: N_(
        "The full-width “{written}” does not separate a key from its value; write “{needed}”."
    ),
    full_width.Kind.QUOTE: N_(
        "The full-width quotation mark {written} is read as a part of the value; write {needed}."
    ),
    full_width.Kind.BRACKET: N_("The full-width “{written}” does not begin or end a list; write “{needed}”."),
    full_width.Kind.SPACE: N_(
        "A full-width or no-break space is not read as a space; write an ordinary one."
    ),
    full_width.Kind.WORD: N_("“{written}” is in full-width characters; write “{needed}”."),
    full_width.Kind.MARK: N_(
        "The full-width “{written}” has no meaning at the start of a line; write “{needed}”."
    ),
}


@dataclass(frozen=True)
class Loaded:
    """A loaded ``openbayes.yaml``; ``config`` is ``None`` when there are errors."""

    document: YamlDocument
    config: OpenBayesConfig | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class LoadedLocal:
    """A loaded ``openbayes.local.yaml``; ``settings`` is ``None`` when there are errors."""

    document: YamlDocument
    settings: LocalSettings | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Contents:
    """The bytes of a project's two files, also when they are not saved; ``local`` is empty without a file."""

    config: bytes
    local: bytes


def decode(content: bytes) -> tuple[str, int | None]:
    """Text of a file, and the offset of the first character that is not UTF-8 (``None`` if there is none)."""
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        valid = content[: error.start].decode("utf-8")
        return valid + content[error.start :].decode("utf-8", "replace"), len(valid)


def _start(source: str, file: Path | None, bad_offset: int | None) -> tuple[Reader, bool]:
    """A reader, and whether the text is valid YAML."""
    reader = Reader(YamlDocument.parse(source), file)
    document = reader.document
    if bad_offset is not None:
        reader.report_span(
            Severity.ERROR,
            "encoding",
            (),
            text("The file is not UTF-8 text here; save it as UTF-8."),
            bad_offset,
            bad_offset + 1,
        )
        return reader, False
    found = full_width.find(source)
    _report_full_width(reader, found)
    if document.error is not None and found and found[0].start <= document.error.offset:
        return reader, False  # most likely because of what has been found
    if document.error is not None:
        known = (t for needle, t in _REASONS if needle in document.error.problem)
        reason = next(known, text("{problem}.", problem=document.error.problem.capitalize()))
        reader.report_span(
            Severity.ERROR,
            "syntax",
            (),
            text("This is not valid YAML. {reason}", reason=reason),
            document.error.offset,
            document.error.offset + 1,
        )
        return reader, False
    for path, key in document.tree.duplicates:
        reader.report_span(
            Severity.ERROR,
            "duplicate-key",
            path,
            text(
                "The key “{key}” appears twice; YAML readers disagree about which one is used.", key=path[-1]
            ),
            key.start,
            key.end,
        )
    if (second := document.tree.second_document) is not None:
        reader.report_span(
            Severity.WARNING,
            "second-document",
            (),
            text("A second YAML document begins here; it is ignored."),
            second,
            second + 3,
        )
    return reader, True


def _report_full_width(reader: Reader, found: list[full_width.Found]) -> None:
    """Report full-width characters, each kind once in a line; the fix replaces all of them."""
    document = reader.document
    seen = set()
    for place in found:
        where = document.position(place.start)[0], place.kind
        if where in seen:
            continue
        seen.add(where)
        reader.report_span(
            Severity.ERROR,
            FULL_WIDTH,
            document.path_at(place.start) if document.error is None else (),
            Text(_FULL_WIDTH[place.kind], {"written": place.written, "needed": place.needed.strip()}),
            place.start,
            place.start + len(place.written),
            (text("Replace the full-width characters"), lambda: full_width.replaced(document.text, found)),
        )


def load_text(source: str, file: Path | None = None, *, bad_offset: int | None = None) -> Loaded:
    """Read the text of an ``openbayes.yaml``.

    Parameters
    ----------
    bad_offset
        Offset of the first character that is not UTF-8, from :func:`decode`.
    """
    reader, is_valid = _start(source, file, bad_offset)
    if not is_valid:
        return Loaded(reader.document, None, reader.finish())
    data = reader.document.data
    if data is not None and not isinstance(data, dict):
        reader.error(
            "wrong-type", (), text("The file must hold keys and values, like “command: python main.py”.")
        )
        return Loaded(reader.document, None, reader.finish())
    reader.unknown_keys((), ROOT_KEYS)
    command = read_command(reader)
    env = read_runtime(reader)
    resource, node = read_cloud_only(reader)
    bindings = read_bindings(reader)
    parameters, secrets = read_parameters(reader)
    tuning = read_tuning(reader)
    check_official(reader)
    for refusal in refusals(reader.document.tree):
        reader.report_span(
            Severity.WARNING,
            "official-refuses",
            reader.document.path_at(refusal.node.start),
            text("The platform cannot read this file: {reason}.", reason=refusal.reason),
            refusal.node.outer_start,
            refusal.node.end,
        )
    config = None
    if not has_errors(reader.problems) and command and tuning:
        config = OpenBayesConfig(
            data_bindings=bindings,
            resource=resource,
            env=env,
            command=command,
            node=node,
            parameters=parameters,
            secrets=secrets,
            hyper_tuning=tuning,
        )
    return Loaded(reader.document, config, reader.finish())


def load_local_text(source: str, file: Path | None = None, *, bad_offset: int | None = None) -> LoadedLocal:
    """Read the text of an ``openbayes.local.yaml``."""
    reader, is_valid = _start(source, file, bad_offset)
    settings = read_local(reader) if is_valid else None
    return LoadedLocal(reader.document, settings, reader.finish())


def read_bytes(file: Path) -> bytes:
    """Read a settings file.

    Raises
    ------
    ConfigError
        When the file is missing, unreadable, too large or not a regular file.
    """
    try:
        with open_regular(file) as opened:
            content = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = text("Start with: bayesdesk init")
        raise ConfigError(text("There is no file {file}.", file=file), hint) from None
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be read: {reason}.", file=file, reason=_reason(error))
        ) from None
    if len(content) > MAX_BYTES:
        raise ConfigError(
            text("{file} is larger than {size} KiB.", file=file, size=MAX_BYTES // 2**10),
            text("Check that it is the right file."),
        )
    return content


def read_utf8(file: Path) -> bytes:
    """Read a settings file that will be written again: bytes that are not UTF-8 would be lost.

    Raises
    ------
    ConfigError
        As :func:`read_bytes`, and as :class:`NotUtf8Error` when the file is not UTF-8.
    """
    content = read_bytes(file)
    if decode(content)[1] is not None:
        raise NotUtf8Error(file, content)
    return content


def _reason(error: OSError) -> str:
    return re.sub(r"^\[Errno \d+\] ", "", error.strerror or str(error))


def read_contents(file: Path) -> Contents:
    """Read a project's two files, given its ``openbayes.yaml``; see :func:`read_bytes` for the errors."""
    local = file.with_name(LOCAL_FILE_NAME)
    return Contents(read_bytes(file), read_bytes(local) if local.exists() else b"")


def load_contents(contents: Contents, file: Path) -> tuple[Loaded, LoadedLocal]:
    """Read the contents of a project's two files, given its ``openbayes.yaml``."""
    source, bad = decode(contents.config)
    own, bad_own = decode(contents.local)
    local_file = file.with_name(LOCAL_FILE_NAME)
    return load_text(source, file, bad_offset=bad), load_local_text(own, local_file, bad_offset=bad_own)


def load_file(file: Path) -> Loaded:
    """Read an ``openbayes.yaml``; see :func:`read_bytes` for the errors."""
    source, bad = decode(read_bytes(file))
    return load_text(source, file, bad_offset=bad)


def load_local_file(file: Path) -> LoadedLocal:
    """Read an ``openbayes.local.yaml``; without a file the settings are the defaults."""
    if not file.exists():
        return LoadedLocal(YamlDocument.parse(""), LocalSettings(), ())
    source, bad = decode(read_bytes(file))
    return load_local_text(source, file, bad_offset=bad)


def project_file(path: Path) -> Path:
    """The file itself, or the ``openbayes.yaml`` in a folder or beside an ``openbayes.local.yaml``."""
    if path.name == LOCAL_FILE_NAME:
        return path.with_name(FILE_NAME)
    return path / FILE_NAME if path.is_dir() else path
