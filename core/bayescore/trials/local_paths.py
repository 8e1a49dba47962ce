"""Replaces a container's paths in a shell command by those of this machine, also within quotes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

_PATH = re.compile(
    r"""(?<![\w./~-]) /(?: (?:openbayes/inputs?/)?(?P<input>input[0-4]) | (?P<output>output|openbayes/home) )
        (?=[/\s"';:,]|$)""",
    re.X,
)
# Characters that change how the shell reads what follows; the rest is copied as it is.
_SIGN = re.compile(r"""['"\\`()#]|\$\(|/""")
_PLAIN, _SINGLE, _DOUBLE, _BACKTICK = "", "'", '"', "`"


def localised(command: str, folders: Mapping[str, str]) -> str:
    """The command with other folders in place of ``/input0`` … ``/input4`` and ``/output``.

    A folder's name is quoted for the place where it stands.

    Parameters
    ----------
    folders
        Folders by the name of the path without its slash, such as ``output``. Other paths are kept.
    """
    result: list[str] = []
    within = [_PLAIN]  # quotes and substitutions around the position, the innermost last
    at = 0
    while sign := _SIGN.search(command, at):
        result.append(command[at : sign.start()])
        at, written = sign.start(), sign[0]
        if written == "/" and (found := _PATH.match(command, at)):
            name = "output" if found["output"] else found["input"]
            result.append(_quoted(folders[name], within[-1]) if name in folders else found[0])
            at = found.end()
            continue
        if written == "\\" and within[-1] != _SINGLE:
            written = command[at : at + 2]  # an escaped character has no special meaning
        elif written == "#" and within[-1] not in (_SINGLE, _DOUBLE) and _begins_word(command, at):
            written = command[at:].partition("\n")[0]  # a comment may contain an unmatched quote
        else:
            _step(within, written)
        result.append(written)
        at += len(written)
    return "".join([*result, command[at:]])


def _step(within: list[str], sign: str) -> None:
    """Enter or leave a quote or a substitution."""
    inner = within[-1]
    if inner == _SINGLE:
        if sign == _SINGLE:
            within.pop()
    elif sign in (_DOUBLE, _BACKTICK):
        if inner == sign:
            within.pop()
        else:
            within.append(sign)
    elif sign == "$(":
        within.append(_PLAIN)
    elif inner != _DOUBLE:
        if sign == _SINGLE:
            within.append(_SINGLE)
        elif sign == "(":
            within.append(_PLAIN)
        elif sign == ")" and inner == _PLAIN and len(within) > 1:
            within.pop()


def _quoted(folder: str, within: str) -> str:
    """A folder's name, quoted for a place within these quotes."""
    if within == _SINGLE:
        return folder.replace("'", "'\\''")
    if within == _DOUBLE:
        return re.sub(r'([\\"$`])', r"\\\1", folder)
    return shlex.quote(folder)


def _begins_word(command: str, at: int) -> bool:
    return at == 0 or command[at - 1] in " \t\n;&|()"
