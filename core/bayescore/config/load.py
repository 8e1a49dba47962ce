"""From bytes to settings and problems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bayescore.config.local import LocalSettings, read_local
from bayescore.config.models import OpenBayesConfig
from bayescore.config.problems import Problem, Severity, has_errors
from bayescore.config.read_basics import (
    ROOT_KEYS,
    check_official,
    read_bindings,
    read_cloud_only,
    read_command,
    read_environment,
    read_parameters,
)
from bayescore.config.read_tuning import read_tuning
from bayescore.config.reader import Reader
from bayescore.config.yamltext import YamlDocument
from bayescore.errors import ConfigError
from bayescore.files import open_regular
from bayescore.i18n import Text, text

FILE_NAME = "openbayes.yaml"
LOCAL_FILE_NAME = "openbayes.local.yaml"
MAX_BYTES = 256 * 1024  # a settings file; anything larger was named by mistake
_REASONS: tuple[tuple[str, Text], ...] = (
    (
        "cannot start any token",
        text("A tab or another character that cannot stand here; indent with spaces."),
    ),
    ("mapping values are not allowed", text("A second “:” in this line: put the value in quotes.")),
    ("could not find expected ':'", text("A “:” is missing behind the key.")),
    ("did not find expected key", text("The indentation does not fit, or a “:” is missing behind the key.")),
    ("did not find expected '-'", text("The indentation of this list does not fit.")),
    ("did not find expected ',' or", text("A “,” or the closing bracket is missing.")),
    ("unexpected end of stream", text("A quote is opened and never closed.")),
    ("undefined alias", text("An alias (*name) without an anchor (&name) before it.")),
    ("too deep", text("Nested too deeply.")),
    (
        "too large with its aliases",
        text("Its aliases (*name) or nested keys stand for too much; write out what is needed."),
    ),
    ("control characters", text("A control character, which YAML does not allow.")),
    ("unacceptable character", text("A character that YAML does not allow.")),
    ("special characters are not allowed", text("A control character, which YAML does not allow.")),
    ("found duplicate anchor", text("Two anchors have the same name.")),
)


@dataclass(frozen=True)
class Loaded:
    """A file as read: its document, its settings (``None`` with errors) and its problems."""

    document: YamlDocument
    config: OpenBayesConfig | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class LoadedLocal:
    """``openbayes.local.yaml`` as read; the defaults when there is no file."""

    document: YamlDocument
    settings: LocalSettings | None
    problems: tuple[Problem, ...]


def decode(content: bytes) -> tuple[str, int | None]:
    """Text of a file, and the offset of the first byte that is not UTF-8 (``None`` if all is well)."""
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        return good + content[error.start :].decode("utf-8", "replace"), len(good)


def _start(source: str, file: Path | None, bad_offset: int | None) -> tuple[Reader, bool]:
    """A reader, and whether the text is sound enough to be read on."""
    reader = Reader(YamlDocument.parse(source), file)
    document = reader.document
    if bad_offset is not None:
        reader.note_span(
            Severity.ERROR,
            "encoding",
            (),
            text("The file is not UTF-8 text here; save it as UTF-8."),
            bad_offset,
            bad_offset + 1,
        )
        return reader, False
    if document.fault is not None:
        known = (t for needle, t in _REASONS if needle in document.fault.problem)
        reason = next(known, text("{problem}.", problem=document.fault.problem.capitalize()))
        reader.note_span(
            Severity.ERROR,
            "syntax",
            (),
            text("This is not valid YAML. {reason}", reason=reason),
            document.fault.offset,
            document.fault.offset + 1,
        )
        return reader, False
    for path, key in document.tree.duplicates:
        reader.note_span(
            Severity.ERROR,
            "duplicate-key",
            path,
            text("The key “{key}” is written twice; readers disagree about which one counts.", key=path[-1]),
            key.start,
            key.end,
        )
    if (second := document.tree.second_document) is not None:
        reader.note_span(
            Severity.WARNING,
            "second-document",
            (),
            text("A second YAML document begins here; it is not read."),
            second,
            second + 3,
        )
    return reader, True


def load_text(source: str, file: Path | None = None, *, bad_offset: int | None = None) -> Loaded:
    """Read the text of an ``openbayes.yaml``.

    Parameters
    ----------
    bad_offset
        Where the file stopped being UTF-8, as :func:`decode` says it.
    """
    reader, sound = _start(source, file, bad_offset)
    if not sound:
        return Loaded(reader.document, None, reader.finish())
    data = reader.document.data
    if data is not None and not isinstance(data, dict):
        reader.error(
            "wrong-type", (), text("The file must hold keys and values, like “command: python main.py”.")
        )
        return Loaded(reader.document, None, reader.finish())
    reader.unknown_keys((), ROOT_KEYS)
    command = read_command(reader)
    env = read_environment(reader)
    resource, node = read_cloud_only(reader)
    bindings = read_bindings(reader)
    parameters, secrets = read_parameters(reader)
    tuning = read_tuning(reader)
    check_official(reader)
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
    reader, sound = _start(source, file, bad_offset)
    settings = read_local(reader) if sound else None
    return LoadedLocal(reader.document, settings, reader.finish())


def read_bytes(file: Path) -> bytes:
    """Bytes of a settings file.

    Raises
    ------
    ConfigError
        When it is absent, no regular file, too large or not readable.
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
            text("Is it the right file?"),
        )
    return content


def read_utf8(file: Path) -> bytes:
    """The same, for a file that is to be written again: what is not UTF-8 would be lost.

    Raises
    ------
    ConfigError
        As :func:`read_bytes`, and when it is not UTF-8.
    """
    content = read_bytes(file)
    if decode(content)[1] is not None:
        raise ConfigError(text("{file} is not UTF-8 text.", file=file), text("Save it as UTF-8 first."))
    return content


def _reason(error: OSError) -> str:
    return re.sub(r"^\[Errno \d+\] ", "", error.strerror or str(error))


def load_file(file: Path) -> Loaded:
    """Read an ``openbayes.yaml``; see :func:`read_bytes` for the errors."""
    source, bad = decode(read_bytes(file))
    return load_text(source, file, bad_offset=bad)


def load_local_file(file: Path) -> LoadedLocal:
    """Read the ``openbayes.local.yaml``; an absent one gives the defaults."""
    if not file.exists():
        return LoadedLocal(YamlDocument.parse(""), LocalSettings(), ())
    source, bad = decode(read_bytes(file))
    return load_local_text(source, file, bad_offset=bad)


def project_file(where: Path) -> Path:
    """The ``openbayes.yaml`` that a folder or a file name means."""
    return where / FILE_NAME if where.is_dir() else where
