"""The files of a project as the editor opens them: read, decoded and analysed, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bayescore.config import LOCAL_FILE_NAME
from bayescore.config.load import decode
from bayesdesk.editor.analysis import Analysis, ConfigAnalysis, LocalAnalysis, analyse_config, analyse_local
from bayesdesk.services.files import read_project

_BOM = "\ufeff"
A = TypeVar("A", bound=Analysis)


@dataclass(frozen=True)
class FileText:
    """A file's bytes and its text, with line feeds only and without a byte order mark."""

    content: bytes
    text: str
    bom: str
    line_break: str

    @classmethod
    def of(cls, content: bytes) -> FileText:
        """Decode a file."""
        text, _bad_offset = decode(content)
        bom = _BOM if text.startswith(_BOM) else ""
        line_break = "\r\n" if "\r\n" in text else "\n"
        text = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
        return cls(content, text, bom, line_break)

    def encode(self, text: str) -> bytes:
        """The bytes of another text in this file: its line breaks and byte order mark are kept."""
        if text == self.text:
            return self.content
        return (self.bom + text.replace("\n", self.line_break)).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Source(Generic[A]):
    """A file with the analysis of its text, and the function that analyses later texts."""

    file: Path
    on_disk: FileText
    analysis: A
    analyse: Callable[[str, Path], A]


def config_source(file: Path, content: bytes) -> Source[ConfigAnalysis]:
    """An ``openbayes.yaml``, analysed."""
    on_disk = FileText.of(content)
    return Source(file, on_disk, analyse_config(on_disk.text, file), analyse_config)


def local_source(file: Path, content: bytes) -> Source[LocalAnalysis]:
    """An ``openbayes.local.yaml``, analysed; empty content stands for a file that does not exist."""
    on_disk = FileText.of(content)
    return Source(file, on_disk, analyse_local(on_disk.text, file), analyse_local)


@dataclass(frozen=True)
class Project:
    """The two files that the editor shows."""

    config: Source[ConfigAnalysis]
    local: Source[LocalAnalysis]


def open_project(file: Path) -> Project:
    """Read and analyse a project's files; for other threads than the GUI's.

    Raises
    ------
    ConfigError
        When a file cannot be read.
    """
    config, local = read_project(file)
    return Project(config_source(file, config), local_source(file.with_name(LOCAL_FILE_NAME), local))
