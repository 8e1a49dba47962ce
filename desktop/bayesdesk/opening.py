"""Opens what the user names or drops: a project, a program to make one from, or results to import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bayescore.config import FILE_NAME
from bayescore.i18n import _
from bayesdesk.imports import SUFFIXES
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import Answer, ask, tell


class _Kind(Enum):
    PROJECT = auto()
    FOLDER = auto()  # without a project
    PROGRAM = auto()
    RESULTS = auto()
    MISSING = auto()
    OTHER = auto()


class Opening(QObject):
    """Decides by the kind of a file.

    Parameters
    ----------
    project, program, results
        Called with a path of their kind.
    several
        Called with the paths of several projects.
    """

    def __init__(
        self,
        window: QWidget,
        background: Background,
        project: Callable[[Path], object],
        program: Callable[[Path], object],
        results: Callable[[Path], object],
        several: Callable[[Sequence[Path]], object],
    ) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._project, self._program, self._results, self._several = project, program, results, several

    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Open what was dropped on the window; nothing stands for links to other machines."""
        if paths:
            self.open_all(paths)
        else:
            self._refuse(_("Only files and folders of this machine can be opened."))

    def open_all(self, paths: Sequence[Path]) -> None:
        """Open a file or a folder; several projects are to be put into the queue."""
        if len(paths) == 1:
            self.open(paths[0])
        else:
            self._background.run(lambda: [_kind_of(path) for path in paths], partial(self._queue, paths))

    def _queue(self, paths: Sequence[Path], kinds: Sequence[_Kind]) -> None:
        if all(kind is _Kind.PROJECT for kind in kinds):
            self._several(paths)
        else:
            self._refuse(
                _("Open one file or folder at a time, or several projects to run one after the other.")
            )

    def open(self, path: Path) -> None:
        """Open a file or a folder."""
        self._background.run(lambda: _kind_of(path), lambda kind: self._open(kind, path))

    def _open(self, kind: _Kind, path: Path) -> None:
        if kind is _Kind.PROJECT:
            self._project(path)
        elif kind is _Kind.PROGRAM:
            self._program(path)
        elif kind is _Kind.RESULTS:
            self._results(path)
        elif kind is _Kind.FOLDER:
            self._offer_import(path)
        elif kind is _Kind.MISSING:
            self._refuse(_("There is no file {file}.", file=path))
        else:
            self._refuse(_("{file} cannot be opened.", file=path))

    def _offer_import(self, folder: Path) -> None:
        ask(
            self._window,
            _("There is no openbayes.yaml in {folder}.", folder=folder),
            _("If it holds outputs of trials, they can be imported as a job."),
            answers=[
                Answer(_("Cancel"), kind="primary"),
                Answer(_("Import…"), lambda: self._results(folder)),
            ],
        )

    def _refuse(self, words: str) -> None:
        details = _(
            "Open an openbayes.yaml or its folder, a Python program to make one from, or results of "
            "another tool to import."
        )
        tell(self._window, words, details, meaning="warning")


def _kind_of(path: Path) -> _Kind:
    suffix = path.suffix.lower()
    if path.is_dir():
        return _Kind.PROJECT if (path / FILE_NAME).exists() else _Kind.FOLDER
    if suffix in (".yaml", ".yml"):
        return _Kind.PROJECT  # the editor says what is wrong with it
    if not path.exists():
        return _Kind.MISSING
    if suffix == ".py":
        return _Kind.PROGRAM
    return _Kind.RESULTS if suffix in SUFFIXES else _Kind.OTHER
