"""Messages, the manual and the code use the words of the glossary."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bayescore.i18n import LANGUAGES
from bayescore.resources import manual_page
from bayesdesk.manual import PAGES

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "resources" / "translations" / "zh" / "LC_MESSAGES" / "bayesdesk.po"
CODE = ("core", "desktop", "tests", "packaging", "tools", "resources")
# tables and columns keep the names that existing stores have
TABLES = ("store/tables.py", "store/migrations.py")
COLUMNS = frozenset({"foresight"})
WORD_IN_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def unused_words(language: str) -> list[str]:
    """First column of the last table of the glossary, one word or phrase an item."""
    text = manual_page(language, "glossary").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.rpartition("\n## ")[2].splitlines() if line.startswith("|")]
    return [word.strip() for row in rows[2:] for word in re.split("[,、]", row)]


def matcher(language: str) -> Callable[[str], list[str]]:
    """A function that finds the unused words in a text; Chinese has no word boundaries."""
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in unused_words(language))
    pattern = re.compile(words if language == "zh" else rf"\b(?:{words})\b", re.IGNORECASE)
    return lambda text: [" ".join(found.split()) for found in pattern.findall(text)]


def without_glossary_table(language: str, name: str) -> str:
    text = manual_page(language, name).read_text(encoding="utf-8")
    return text.rpartition("\n## ")[0] if name == "glossary" else text


def prose_of(file: Path) -> Iterator[tuple[int, str]]:
    """Comments, docstrings and names of a module, with their lines."""
    with tokenize.open(file) as opened:
        source = opened.read()
    tokens = tokenize.generate_tokens(iter(source.splitlines(keepends=True)).__next__)
    for token in tokens:
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
        elif token.type == tokenize.NAME and token.string not in COLUMNS:
            yield token.start[0], " ".join(WORD_IN_NAME.findall(token.string))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node, clean=False) or ""


def modules() -> Iterator[Path]:
    for root in CODE:
        for file in sorted((ROOT / root).rglob("*.py")):
            if not any(part in file.as_posix() for part in TABLES):
                yield file


def terms(language: str) -> list[tuple[str, str]]:
    """English and Chinese terms of the glossary, in the order of the page."""
    text = without_glossary_table(language, "glossary")
    rows = [
        [cell.strip() for cell in line.split("|")[1:3]] for line in text.splitlines() if line.startswith("| ")
    ]
    pairs = [pair for pair in rows if pair not in (["term", "Chinese"], ["术语", "英文"])]
    return [(first, second) if language == "en" else (second, first) for first, second in pairs]


def test_that_both_glossaries_have_the_same_terms() -> None:
    assert terms("en") == terms("zh")


def test_that_a_message_of_one_term_is_translated_with_that_term() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    allowed = {term: chinese.split("、") for term, chinese in terms("en")}
    allowed |= {f"{term}s": chinese for term, chinese in allowed.items() if term != "continue"}  # a verb
    messages = {message.id: message.string for message in catalogue if isinstance(message.id, str)}
    wrong = {
        name: shown
        for name, shown in messages.items()
        if name.rstrip("…").lower() in allowed and shown.rstrip("…") not in allowed[name.rstrip("…").lower()]
    }
    assert wrong == {}


def test_that_the_glossary_lists_words_that_are_not_used() -> None:
    assert "wish" in unused_words("en")
    assert {"提议", "最佳", "机密", "刻度", "比较"} <= set(unused_words("zh"))
    assert matcher("en")("What the user wishes\nand WISHED") == ["wishes", "WISHED"]
    assert not matcher("en")("Wishart")


def test_that_no_message_has_a_word_that_is_not_used() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = [message for message in read_po(file) if message.id]
    for language, attribute in (("en", "id"), ("zh", "string")):
        find = matcher(language)
        texts = (getattr(message, attribute) for message in catalogue)
        forms = [form for text in texts for form in ([text] if isinstance(text, str) else text)]
        assert {form: found for form in forms if (found := find(form))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_that_no_page_has_a_word_that_is_not_used(language: str, name: str) -> None:
    assert matcher(language)(without_glossary_table(language, name)) == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Makefile"])
def test_that_no_file_of_the_repository_has_a_word_that_is_not_used(name: str) -> None:
    assert matcher("en")((ROOT / name).read_text(encoding="utf-8")) == []


def test_that_no_comment_docstring_or_name_has_a_word_that_is_not_used() -> None:
    find = matcher("en")
    found = [
        f"{file.relative_to(ROOT)}:{line}: {', '.join(words)}"
        for file in modules()
        for line, text in prose_of(file)
        if (words := find(text))
    ]
    assert found == [], "\n".join(found)
