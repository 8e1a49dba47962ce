"""Replaces a container's paths in a shell command by those of this machine, also within quotes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from bayescore.config.shell import Piece, Sign, Within, pieces, quoted

_PATH = re.compile(
    r"""(?<![\w./~-]) /(?: (?:openbayes/inputs?/)?(?P<input>input[0-4]) | (?P<output>output|openbayes/home) )
        (?=[/\s"'`();:,]|$)""",
    re.X,
)


def localised(command: str, folders: Mapping[str, str]) -> str:
    """The command with other folders in place of ``/input0`` … ``/input4`` and ``/output``.

    A folder's name is quoted for the place where it stands.

    Parameters
    ----------
    folders
        Folders by the name of the path without its slash, such as ``output``. Other paths are kept.
    """
    return "".join(_localised(command, piece, folders) for piece in pieces(command))


def _localised(command: str, piece: Piece, folders: Mapping[str, str]) -> str:
    if piece.sign is not Sign.TEXT:
        return piece.text
    result: list[str] = []
    at = piece.start
    for found in _PATH.finditer(command, piece.start, piece.end + 1):  # with the character that ends a path
        name = "output" if found["output"] else found["input"]
        if name in folders:
            result += [command[at : found.start()], _quoted(folders[name], piece.within)]
            at = found.end()
    return "".join([*result, command[at : piece.end]])


def _quoted(folder: str, within: Within) -> str:
    """A folder's name, quoted for a place within these quotes."""
    return shlex.quote(folder) if within in (Within.PLAIN, Within.BACKTICK) else quoted(folder, within)
