"""Messages: translated when they are shown, with the plural forms of the reader's language."""

from __future__ import annotations

import json

import pytest

from bayescore.i18n import LANGUAGES, Text, ntext, text


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 free GPUs"), (1, "1 free GPU"), (2, "2 free GPUs"), (1000, "1000 free GPUs")]
)
def test_that_the_plural_form_follows_the_count(count: int, shown: str) -> None:
    made = ntext("{count} {kind} GPU", "{count} {kind} GPUs", count, kind="free")
    assert str(made) == shown
    assert str(Text.from_json(made.to_json())) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_an_empty_message_stays_empty(language: str) -> None:
    assert text("").render(language) == ""


@pytest.mark.parametrize(
    "arguments",
    [{}, {"count": "many"}, {"count": None}, {"count": {"text": "1", "arguments": {}}}],
    ids=["no count", "a word", "null", "a message"],
)
def test_that_a_stored_plural_without_a_number_is_shown_as_it_is(arguments: dict[str, object]) -> None:
    stored = json.dumps({"text": "{count} trial", "plural": "{count} trials", "arguments": arguments})
    assert str(Text.from_json(stored)) == "{count} trial"


def test_that_a_stored_plural_names_no_field_that_is_not_stored() -> None:
    stored = json.dumps({"text": "{count}", "plural": "{count.__class__}", "arguments": {"count": 2}})
    assert str(Text.from_json(stored)) == "{count}"
