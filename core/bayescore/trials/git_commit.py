"""The Git commit that a project's folder is at, read without running Git.

The folder is not trusted: only regular files of a bounded size are read, and only a plain hash is returned.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from bayescore.files import read_text

_LIMIT = 2**20  # bytes of a file; packed references of a large repository
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")  # SHA-1 or SHA-256
_REFERENCE = re.compile(r"refs/[\w./-]{1,200}")


def commit_of(project: Path) -> str | None:
    """The commit of the work tree that a folder belongs to; ``None`` if there is none or it is unknown."""
    with suppress(OSError):  # a folder above that may not be searched
        for folder in (project, *project.parents):
            git = folder / ".git"
            if git.is_dir():
                return _head(git)
            if git.is_file():  # a linked work tree or a submodule, which the folders above do not describe
                return None
    return None


def _head(git: Path) -> str | None:
    head = _line(git / "HEAD")
    if not head.startswith("ref: "):
        return head if _HASH.fullmatch(head) else None
    reference = head.removeprefix("ref: ")
    if not _REFERENCE.fullmatch(reference) or ".." in reference:
        return None
    found = _line(git / reference)
    if _HASH.fullmatch(found):
        return found
    for line in _text(git / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == reference and _HASH.fullmatch(commit):
            return commit
    return None


def _line(file: Path) -> str:
    return _text(file).strip()


def _text(file: Path) -> str:
    try:
        return read_text(file, _LIMIT)
    except (OSError, UnicodeError):
        return ""
