"""Finds full-width punctuation where YAML needs half-width, as it is typed with a Chinese input method.

YAML reads ``，`` or ``“`` as a letter: a list becomes one value, a quotation mark becomes part of a value,
and ``key：1`` is reported as an error of a later line. What is found here separates, encloses or indents;
text in quotes, comments, block scalars and inside of plain text is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bayescore.config.yamltext import Edit
from bayescore.config.yamltext.lines import BOM

_ANY = re.compile(
    "[\u3000\u00a0“”‘’，、；：【】［］〔〕（）｛｝\uff03\uff0d\uff0e\uff10-\uff19\uff21-\uff3a\uff41-\uff5a＂＇＋＿]"
)
_LONGEST_QUOTATION = 1000  # a limit, so that many opening marks do not take quadratic time
_OLD_LINE_END = re.compile(r"\r(?!\n)")
_SPACES = " \t\u3000\u00a0"
_WIDE_SPACES = "\u3000\u00a0"
_SEPARATORS = "，、；"
_OPENING = {"【": "[", "［": "[", "〔": "[", "（": "[", "｛": "{"}
_CLOSING = {"】": "[", "］": "[", "〕": "[", "）": "（", "｝": "{"}
_CLOSED_BY = {"[": "]", "{": "}", "（": "]"}
_QUOTES = {"“": "”", "”": "”", "‘": "’", "’": "’", "＂": "＂", "＇": "＇"}
_COLON = rf"[{_SPACES}]*(：|:(?=[{_SPACES}]|$))"
_KEY = re.compile(rf"([^\W\d][\w.-]*){_COLON}")
# The text of an item may have a full-width colon in it, but not behind these words.
_KEY_OF_ITEM = re.compile(
    rf"(name|type|min_value|max_value|scale_type|discrete_values|categorical_values|data|path){_COLON}"
)
_OTHER_COLON = re.compile(r":(?=[ \t]|$)")
_NO_KEY = "#&*!|>'\"%@`[]{},"  # a plain key does not begin with these
_BULLET = re.compile(rf"[-－](?=[{_SPACES}]|$)[{_SPACES}]*")
_HEADER = re.compile(r"[|>][+\-0-9]*[ \t]*(?:#.*)?$")
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*[ \t]+")
_WORD = re.compile(r"[A-Za-z0-9_.+-]+\Z")
_LIST_KEYS = {
    "categorical_values", "discrete_values", "side_metrics", "parameter_specs", "data_bindings", "bindings",
}  # fmt: skip


class Kind(StrEnum):
    """What a full-width character stands for."""

    SEPARATOR = "separator"
    COLON = "colon"
    QUOTE = "quote"
    BRACKET = "bracket"
    SPACE = "space"
    WORD = "word"
    MARK = "mark"


@dataclass(frozen=True)
class Found:
    """Characters of a text, and what they must be replaced with."""

    kind: Kind
    start: int
    written: str
    needed: str


def find(source: str) -> list[Found]:
    """All full-width characters to replace, in the order of the text."""
    if not _ANY.search(source) or _OLD_LINE_END.search(source):
        return []
    scan = _Scan(source)
    scan.run()
    return sorted(scan.found, key=lambda found: found.start)


def replaced(source: str, found: list[Found]) -> Edit:
    """The edit that replaces them all."""
    start, end = found[0].start, found[-1].start + len(found[-1].written)
    parts, at = [], start
    for change in found:
        parts += [source[at : change.start], change.needed]
        at = change.start + len(change.written)
    return Edit(start, source[start:end], "".join(parts))


class _Scan:
    """Walks over the lines of a block, and over the characters of flow collections and of quoted text."""

    def __init__(self, source: str) -> None:
        self.source, self.found = source, list[Found]()
        self._at = 1 if source.startswith(BOM) else 0

    def run(self) -> None:
        block: int | None = None  # indentation of the key of a block scalar
        plain: int | None = None  # indentation of the line that begins plain text, which may continue
        while self._at < len(self.source):
            begin, end = self._at, self._line_end(self._at)
            self._at = end + 1
            line = self.source[begin:end].removesuffix("\r")
            end = begin + len(line)
            indent = len(line) - len(line.lstrip(_SPACES))
            if indent == len(line):
                continue
            if block is not None and indent > block:
                continue
            block = None
            if plain is not None and indent > plain:
                continue
            block, plain = self._line(begin, end, indent)

    def _line(self, begin: int, end: int, indent: int) -> tuple[int | None, int | None]:
        """Read a line of a block; the indentation of a block scalar or of plain text that begins in it."""
        self._spaces(begin, begin + indent, in_indentation=True)
        at = first = begin + indent
        if self.source[at] == "＃":
            self._add(Kind.MARK, at, "＃", "#")
            return None, None
        if self.source[at] == "#":
            return None, None
        while (bullet := _BULLET.match(self.source, at, end)) is not None:
            if bullet[0][0] == "－":
                self._add(Kind.MARK, at, "－", "-")
            self._spaces(at + 1, bullet.end())
            indent, at = at - begin, bullet.end()
        key, pattern = "", _KEY if at == first else _KEY_OF_ITEM
        if (named := pattern.match(self.source, at, end)) is not None:
            key, colon = named[1], named.start(2)
            indent = at - begin
            self._spaces(named.end(1), colon)
            follows = self.source[colon + 1 : colon + 2]
            if named[2] == "：":
                is_last = colon + 1 == end or follows in _SPACES
                self._add(Kind.COLON, colon, "：", ":" if is_last else ": ")
            at = colon + 1
        elif self.source[at : at + 1] not in _NO_KEY:
            colon_of_other = _OTHER_COLON.search(self.source, at, end)
            if colon_of_other is not None and " #" not in self.source[at : colon_of_other.start()]:
                indent, at = at - begin, colon_of_other.end()
        return self._value(at, end, indent, key)

    def _value(self, at: int, end: int, indent: int, key: str) -> tuple[int | None, int | None]:
        start = self._after_spaces(at, end)
        self._spaces(at, start)
        while (named := _PROPERTY.match(self.source, start, end)) is not None:
            start = named.end()
        first = self.source[start : start + 1] if start < end else ""
        if first in ("", "#"):
            return None, None
        if _HEADER.match(self.source[start:end]):
            return indent, None
        if first in "'\"":
            self._rest(self._after_quote(start))
        elif first in "[{" or (first in _OPENING and (key in _LIST_KEYS or first == "｛")):
            self._flow(start, indent)
        else:
            self._plain(start, end)
            return None, indent
        return None, None

    def _plain(self, start: int, end: int) -> None:
        """Plain text to the end of the line."""
        text = self.source[start:end]
        comment = re.search(r"[ \t]#", text)
        text = text[: comment.start()] if comment else text
        bare = text.rstrip(_SPACES)
        self._spaces(start + len(bare), start + len(text))
        self._token(start, bare)

    def _token(self, start: int, text: str) -> None:
        """One plain value: in full-width quotation marks, or a word of full-width letters."""
        closing = _QUOTES.get(text[:1])
        inner = text[1:-1]
        if closing and len(text) > 1 and text[-1] in (closing, '"' if closing in "”＂" else "'"):
            quote = next((q for q in "\"'" if q not in inner), None)
            is_one = closing not in inner and text[0] not in inner
            if quote is not None and is_one and not (quote == '"' and "\\" in inner):
                self._add(Kind.QUOTE, start, text[0], quote)
                self._add(Kind.QUOTE, start + len(text) - 1, text[-1], quote)
            return
        plain = unicodedata.normalize("NFKC", text)
        if plain != text and plain.isascii() and _WORD.match(plain):
            self._add(Kind.WORD, start, text, plain)

    def _flow(self, start: int, indent: int) -> None:
        """A flow collection, which may extend over lines."""
        source, at, stack = self.source, start, list[str]()
        token = -1  # where the plain value begins, -1 between values
        inner = 0  # open parentheses inside of a plain value

        def finish(until: int) -> None:
            nonlocal token, inner
            if token >= 0:
                text = source[token:until].rstrip(_SPACES + "\r\n")
                self._spaces(token + len(text), until)
                self._token(token, text)
            token, inner = -1, 0

        while at < len(source):
            c = source[at]
            if c == "\n":
                line = source[at + 1 : self._line_end(at + 1)]
                bare = line.lstrip(_SPACES)
                if bare and len(line) - len(bare) <= indent and _KEY.match(bare):
                    finish(at)  # the collection was not closed
                    self._at = at + 1
                    return
            is_start = token < 0
            if c == "#" and source[at - 1] in (*_SPACES, "\n"):
                finish(at)
                at = self._line_end(at)
                continue
            if is_start and c in "'\"":
                at = self._after_quote(at)
                continue
            if is_start and c in _QUOTES and (end := self._closing_quote(at)) is not None:
                self._token(at, source[at : end + 1])
                at = end + 1
                continue
            if c in "[{" or (is_start and c in _OPENING):
                finish(at)
                stack.append("（" if c == "（" else _OPENING.get(c, c))
                if c in _OPENING:
                    self._add(Kind.BRACKET, at, c, _OPENING[c])
            elif c in "]}" or (not inner and stack and _CLOSING.get(c) == stack[-1]):
                finish(at)
                opened = stack.pop() if stack else "["
                if c in _CLOSING:
                    self._add(Kind.BRACKET, at, c, _CLOSED_BY[opened])
                if not stack:
                    self._rest(at + 1)
                    return
            elif c == ",":
                finish(at)
            elif c in _SEPARATORS and not inner:
                finish(at)
                needs_space = source[at + 1 : at + 2] not in (*_SPACES, "\n", "\r", "")
                self._add(Kind.SEPARATOR, at, c, ", " if needs_space else ",")
            elif c == "：" and stack and stack[-1] == "{":
                finish(at)
                needs_space = source[at + 1 : at + 2] not in (*_SPACES, "\n", "\r", "")
                self._add(Kind.COLON, at, c, ": " if needs_space else ":")
            elif c == ":" and source[at + 1 : at + 2] in (*_SPACES, "\n", ""):
                finish(at)
            elif c in _SPACES + "\r\n":
                if is_start:
                    self._spaces(at, at + 1)
            else:
                inner += (c == "（") - (c == "）")
                token = at if is_start else token
            at += 1
        self._at = len(source)

    def _rest(self, at: int) -> None:
        """Read what follows a value in its line."""
        end = self._line_end(at)
        self._spaces(at, self._after_spaces(at, end))
        self._at = end + 1

    def _closing_quote(self, at: int) -> int | None:
        """Place of the full-width mark that ends a quotation in the same line, before what ends a value."""
        closing = _QUOTES[self.source[at]]
        end = min(self._line_end(at), at + _LONGEST_QUOTATION)
        found = re.compile(rf"{closing}(?=[{_SPACES}\r]*(?:[,\]}}：:#】］〕）｝{_SEPARATORS}]|$))").search(
            self.source, at + 1, end
        )
        return found.start() if found else None

    def _after_quote(self, at: int) -> int:
        """Place after the text in ordinary quotation marks that begins at a place."""
        pattern = r'"(?:[^"\\]|\\.)*"' if self.source[at] == '"' else r"'(?:[^']|'')*'"
        found = re.compile(pattern, re.DOTALL).match(self.source, at)
        return found.end() if found else len(self.source)

    def _line_end(self, at: int) -> int:
        end = self.source.find("\n", at)
        return end if end >= 0 else len(self.source)

    def _after_spaces(self, at: int, end: int) -> int:
        while at < end and self.source[at] in _SPACES:
            at += 1
        return at

    def _spaces(self, start: int, end: int, *, in_indentation: bool = False) -> None:
        for at in range(start, end):
            if self.source[at] in _WIDE_SPACES:  # a full-width space is as wide as two letters
                wide = in_indentation and self.source[at] == "\u3000"
                self._add(Kind.SPACE, at, self.source[at], "  " if wide else " ")

    def _add(self, kind: Kind, start: int, written: str, needed: str) -> None:
        self.found.append(Found(kind, start, written, needed))
