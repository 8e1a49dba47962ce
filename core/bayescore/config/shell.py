"""Reading a shell command without running it: its quotes, its simple commands, and how it ends.

Covers the grammar that commands of training programs use (POSIX.1-2024, Shell Command Language, sections 2.2
to 2.10). Substitutions and groups are kept as one word each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Within(StrEnum):
    """What surrounds a character."""

    PLAIN = ""
    SINGLE = "'"
    DOUBLE = '"'
    BACKTICK = "`"


class Sign(StrEnum):
    """What a piece of a command is."""

    TEXT = "text"
    QUOTE = "quote"  # opens or closes a quote, a substitution or a group
    ESCAPE = "escape"
    COMMENT = "comment"


@dataclass(frozen=True)
class Piece:
    """A run of characters that the shell reads in one way.

    Attributes
    ----------
    within
        The innermost quote around it.
    depth
        How many quotes, substitutions and groups surround it.
    is_nested
        Whether one of them is a substitution or a group.
    in_document
        Whether it is of the lines of a here-document.
    """

    sign: Sign
    start: int
    text: str
    within: Within
    depth: int
    is_nested: bool
    in_document: bool = False

    @property
    def end(self) -> int:
        """Offset of the character after it."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Word:
    """A word of a command; ``text`` has no quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class SimpleCommand:
    """Words up to an operator, without the targets of redirections."""

    words: tuple[Word, ...]

    @property
    def end(self) -> int:
        """Offset of the character after the last word."""
        return self.words[-1].end


@dataclass
class Shell:
    """What a command consists of.

    Attributes
    ----------
    commands
        The simple commands, in order.
    operator
        The operator after the last of them, if nothing follows it.
    comment
        The comment at the end of the text.
    unclosed
        Offset of a quote, substitution or group that is not closed.
    continuation
        Offset of a backslash at the end of the text.
    here_document
        The operator of a here-document, if nothing follows it.
    redirection
        The operator of a redirection at the end of the text, whose file is missing.
    bash
        The first operator that bash has and ``sh`` need not have.
    """

    commands: list[SimpleCommand] = field(default_factory=list)
    operator: Word | None = None
    comment: Piece | None = None
    unclosed: int | None = None
    continuation: int | None = None
    here_document: Word | None = None
    redirection: Word | None = None
    bash: Word | None = None


_DOCUMENT = re.compile(r"""<<(?P<tabs>-?)[ \t]*(?:\\?([\w.-]+)|'([^'\n]+)'|"([^"\n]+)")""")
_SIGN = re.compile(r"""['"\\`()#\n]|\$\(|(?<!<)<<(?!<)""")
_TOKEN = re.compile(
    r"[ \t\r]+|\n|&>>?|[0-9]*(?:<<<|<<-?|>>|[<>]&|<>|>\||[<>])|&&|\|\||\|&|;;|[;&|]|[^\s;&|<>]+"
)
_SEPARATORS = ("\n", "&&", "||", "|&", ";;", ";", "&", "|")
_OF_BASH = ("&>", "&>>", "|&", "<<<", "<(", ">(")
_BEFORE_WORD = " \t\n;&|()"


def pieces(command: str) -> Iterator[Piece]:
    """Split a command into pieces, in order and without gaps."""
    return _pieces(command, 0, len(command), in_document=False)


def _pieces(command: str, at: int, stop: int, *, in_document: bool) -> Iterator[Piece]:
    open_ones = [Within.PLAIN]
    nested = [False]
    documents: list[re.Match[str]] = []  # whose lines follow this one

    def piece(sign: Sign, text: str) -> Piece:
        return Piece(sign, at, text, open_ones[-1], len(open_ones) - 1, nested[-1], in_document)

    while found := _SIGN.search(command, at, stop):
        if found.start() > at:
            yield piece(Sign.TEXT, command[at : found.start()])
        at, sign, inner = found.start(), found[0], open_ones[-1]
        if sign in ("<<", "\n"):
            written = piece(Sign.TEXT, sign)
            if len(open_ones) == 1 and not in_document:
                if sign == "<<" and (document := _DOCUMENT.match(command, at)):
                    documents.append(document)
                elif sign == "\n" and documents:
                    yield written
                    at, end = written.end, _end_of(documents, command, written.end)
                    yield from _pieces(command, at, end, in_document=True)
                    documents, at = [], end
                    continue
        elif sign == "\\" and inner != Within.SINGLE:
            written = piece(Sign.ESCAPE, command[at : at + 2])
        elif sign == "#" and inner not in (Within.SINGLE, Within.DOUBLE) and _begins_word(command, at):
            end = command.find("\n", at, stop)
            written = piece(Sign.COMMENT, command[at : end if end >= 0 else stop])
        elif (change := _change(open_ones, sign)) is None:
            written = piece(Sign.TEXT, sign)
        elif change:
            written = piece(Sign.QUOTE, sign)
            open_ones.append(Within.PLAIN if sign in ("(", "$(") else Within(sign))
            nested.append(nested[-1] or sign in ("(", "$(", "`"))
        else:
            open_ones.pop()
            nested.pop()
            written = piece(Sign.QUOTE, sign)
        yield written
        at = written.end
    if at < stop:
        yield piece(Sign.TEXT, command[at:stop])


def _end_of(documents: list[re.Match[str]], command: str, at: int) -> int:
    """Offset after the lines of here-documents, which begin at an offset."""
    for document in documents:
        tabs, *words = document.groups("")
        last = re.compile(rf"^{tabs and chr(9) + '*'}{re.escape(''.join(words))}$", re.MULTILINE)
        found = last.search(command, at)
        at = len(command) if found is None else min(found.end() + 1, len(command))
    return at


def _change(open_ones: list[Within], sign: str) -> bool | None:
    """Whether a sign opens (true) or closes (false) something; ``None`` if it is an ordinary character."""
    inner = open_ones[-1]
    if inner == Within.SINGLE:
        return False if sign == "'" else None
    if sign in ('"', "`"):
        return inner != sign
    if sign == "$(":
        return True
    if inner == Within.DOUBLE:
        return None
    if sign in ("'", "("):
        return True
    if sign == ")" and inner == Within.PLAIN and len(open_ones) > 1:
        return False
    return None


def quoted(text: str, within: Within) -> str:
    """Characters as the shell must find them at a place between these quotes."""
    if within == Within.SINGLE:
        return text.replace("'", "'\\''")
    if within == Within.DOUBLE:
        return re.sub(r'([\\"$`])', r"\\\1", text)
    if within == Within.BACKTICK:
        return re.sub(r"([\\$`])", r"\\\1", text)
    return text


def _begins_word(command: str, at: int) -> bool:
    return at == 0 or command[at - 1] in _BEFORE_WORD


def read(command: str) -> Shell:
    """The simple commands of a command, and how it ends."""
    reader = _Reader()
    opened: list[int] = []
    braces: list[int] = []
    for piece in pieces(command):
        reader.add(piece)
        if piece.sign is Sign.TEXT and piece.within != Within.SINGLE and not piece.in_document:
            _look_for_braces(piece, braces)
        if piece.sign is Sign.QUOTE and not piece.in_document:
            if piece.depth < len(opened):  # a closing sign counts as outside
                opened.pop()
            else:
                opened.append(piece.start)
    return reader.finish(max(opened[-1:] + braces[-1:], default=None))


def _look_for_braces(piece: Piece, opened: list[int]) -> None:
    """Add the offset of each ``${`` that is opened, and take away those that are closed."""
    for found in re.finditer(r"\$\{|\}", piece.text):
        if found[0] != "}":
            opened.append(piece.start + found.start())
        elif opened:
            opened.pop()


class _Reader:
    def __init__(self) -> None:
        self._shell = Shell()
        self._words: list[Word] = []
        self._text: list[str] = []  # of the word that is being read
        self._start: int | None = None
        self._end = 0
        self._is_target = False  # the next word is the target of a redirection
        self._has_document = False  # the lines of a here-document have been read

    def add(self, piece: Piece) -> None:
        if piece.in_document:
            self._has_document = True
            return
        if piece.sign is Sign.COMMENT and not piece.is_nested:
            self._end_word()
            self._shell.comment = piece
            return
        if piece.text.strip():
            self._shell.comment = None
        target_of = self._shell.redirection if self._is_target and self._start is None else None
        if piece.sign is Sign.QUOTE and piece.text == "(" and target_of and target_of.end == piece.start:
            self._is_of_bash(Word(f"{target_of.text[-1]}(", piece.start - 1, piece.end))
        is_outer = piece.depth == 0
        if piece.sign is Sign.TEXT and is_outer:
            for found in _TOKEN.finditer(piece.text):
                self._token(found[0], piece.start + found.start())
        elif piece.sign is Sign.ESCAPE and piece.text in ("\\", "\\\n"):
            self._shell.continuation = piece.start if piece.text == "\\" else None
        else:
            has_text = piece.sign is not Sign.QUOTE or piece.text not in ("'", '"')
            self._extend(piece.text if has_text else "", piece.start, piece.end)

    def finish(self, unclosed: int | None) -> Shell:
        self._end_word()
        self._end_command()
        self._shell.unclosed = unclosed
        return self._shell

    def _token(self, token: str, start: int) -> None:
        end = start + len(token)
        if token in _OF_BASH:
            self._is_of_bash(Word(token, start, end))
        if token in _SEPARATORS:
            self._end_word()
            if token != "\n" and (self._words or self._shell.operator is None):
                self._end_command()
                self._shell.operator = Word(token, start, end)
            elif token == "\n":
                self._end_command()
        elif token.strip() == "":
            self._end_word()
        elif token.lstrip("0123456789")[:1] in ("<", ">") or token.startswith("&>"):
            self._end_word()
            self._is_target = True
            self._shell.redirection = Word(token, start, end)
            if "<<" in token and "<<<" not in token:
                self._shell.here_document = self._shell.here_document or Word(token, start, end)
        else:
            self._extend(token, start, end)

    def _is_of_bash(self, operator: Word) -> None:
        self._shell.bash = self._shell.bash or operator

    def _extend(self, text: str, start: int, end: int) -> None:
        self._start = start if self._start is None else self._start
        self._text.append(text)
        self._end = end
        self._shell.operator = self._shell.redirection = None
        if self._has_document:  # something follows it
            self._shell.here_document, self._has_document = None, False

    def _end_word(self) -> None:
        if self._start is not None and not self._is_target:
            self._words.append(Word("".join(self._text), self._start, self._end))
        if self._start is not None:
            self._is_target = False
        self._start, self._text = None, []

    def _end_command(self) -> None:
        if self._words:
            self._shell.commands.append(SimpleCommand(tuple(self._words)))
        self._words = []
