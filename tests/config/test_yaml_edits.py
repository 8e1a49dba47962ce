"""Edits of YAML text change the given value and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bayescore.config import AliasedError, EditError, YamlDocument
from bayescore.config.yamltext.scalars import render, resolve

# ---- documents as people write them: data, and one of many ways to write it down

WORDS = st.sampled_from(
    [
        "lr",
        "adam",
        "on",
        "no",
        "1e-5",
        "null",
        "~",
        "a b",
        "训练",
        "it's",
        'say "hi"',
        "x: y",
        "#no",
        "- a",
        "",
    ]
)
SCALARS = st.one_of(
    WORDS,
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
)
KEYS = st.one_of(
    st.sampled_from(["a", "lr", "训练", "on", "a b", "it's", "1"]), st.text("abcdef_", min_size=1)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ROOTS = st.dictionaries(KEYS, DATA, min_size=1, max_size=5)


class Writer:
    """Writes data as YAML in randomly drawn styles."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.indentless = draw(st.booleans())
        self.step = draw(st.sampled_from([2, 4]))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def comment(self) -> str:
        return self.draw(st.sampled_from(["", "", "  # 注释", " # a: b, [c]"]))

    def above(self, indent: int) -> list[str]:
        written = self.draw(st.sampled_from([None, None, None, "", "# above", "#\tweird: ["]))
        return [] if written is None else [" " * indent + written if written else ""]

    def scalar(self, value: Any, flow: bool) -> str:
        quote = self.draw(st.sampled_from(["", "'", '"'])) if isinstance(value, str) else ""
        return render(value, quote=quote, flow=flow)

    def flow(self, value: Any) -> str:
        gap = self.draw(st.sampled_from(["", " "]))
        if isinstance(value, dict):
            inner = f",{gap or ' '}".join(f"{self.scalar(k, True)}: {self.flow(v)}" for k, v in value.items())
            return f"{{{gap}{inner}{gap}}}"
        if isinstance(value, list):
            return f"[{gap}{f', {gap}'.join(self.flow(v) for v in value)}{gap}]"
        return self.scalar(value, True)

    def value(self, value: Any, indent: int, in_list: bool) -> list[str]:
        """Lines of a value; the first one follows its key or dash."""
        if isinstance(value, dict | list) and value and (isinstance(value, dict) or self.chance()):
            if isinstance(value, dict) and self.chance() and self.chance():
                return [f" {self.flow(value)}{self.comment()}"]
            shift = 0 if self.indentless and isinstance(value, list) and not in_list else self.step
            lines = self.block(value, indent + shift)
            if in_list and self.chance() and not lines[0].lstrip().startswith("#") and lines[0].strip():
                first = lines[0][indent:]
                gap = len(lines[0]) - len(lines[0].lstrip()) - indent
                return [" " * (gap - 1) + first[gap:], *lines[1:]]
            return [self.comment(), *lines]
        if isinstance(value, dict | list):
            return [f" {self.flow(value)}{self.comment()}"]
        if isinstance(value, str) and value and value.isalpha() and value.isascii() and self.chance():
            style = self.draw(st.sampled_from(["|-", ">-"]))
            return [f" {style}", " " * (indent + self.step) + value]
        if value is None and self.chance():
            return [self.comment()]
        return [f" {self.scalar(value, False)}{self.comment()}"]

    def block(self, value: Any, indent: int) -> list[str]:
        lines: list[str] = []
        pad = " " * indent
        if isinstance(value, dict):
            for key, item in value.items():
                first, *rest = self.value(item, indent, in_list=False)
                lines += [*self.above(indent), f"{pad}{self.scalar(key, False)}:{first}", *rest]
        else:
            for item in value:
                first, *rest = self.value(item, indent, in_list=True)
                above = self.above(indent) if lines else []
                lines += [*above, f"{pad}-{first}", *rest]
        return lines


@st.composite
def documents(draw: Any) -> tuple[str, Any]:
    """A text and its data."""
    data = draw(ROOTS)
    lines = Writer(draw).block(data, 0)
    break_ = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = break_.join(lines) + draw(st.sampled_from(["", break_, break_ * 2]))
    bom = draw(st.sampled_from(["", "", "\ufeff"]))
    document = YamlDocument.parse(bom + text)
    assume(document.error is None and same(document.data, data))
    return bom + text, data


def same(a: Any, b: Any) -> bool:
    return repr(a) == repr(b)


def places(data: Any, path: tuple = ()) -> list[tuple]:
    found = [path]
    if isinstance(data, dict):
        found += [p for k, v in data.items() for p in places(v, (*path, k))]
    elif isinstance(data, list):
        found += [p for i, v in enumerate(data) for p in places(v, (*path, i))]
    return found


def at(data: Any, path: tuple) -> Any:
    for part in path:
        data = data[part]
    return data


def check(text: str, edit: Any, expected: Any) -> YamlDocument:
    """Check that an edit gives the expected data, changes only its span, and can be undone."""
    after = edit.apply(text)
    assert after[: edit.start] == text[: edit.start]
    assert after[edit.start + len(edit.text) :] == text[edit.end :]
    assert edit.inverse.apply(after) == text
    changed = YamlDocument.parse(after)
    assert changed.error is None, (text, after)
    assert same(changed.data, expected), (text, after, expected)
    return changed


MANY = settings(max_examples=150, deadline=None)


@MANY
@given(documents(), st.data())
def test_that_setting_a_value_changes_no_other_text(document: Any, pick: Any) -> None:
    text, data = document
    path = pick.draw(st.sampled_from([p for p in places(data) if p]))
    value = pick.draw(st.one_of(SCALARS, DATA))
    expected = copy.deepcopy(data)
    at(expected, path[:-1])[path[-1]] = value
    check(text, YamlDocument.parse(text).set(path, value), expected)


@MANY
@given(documents(), st.data())
def test_that_a_key_is_added_at_the_given_position_and_removing_it_restores_the_text(
    document: Any, pick: Any
) -> None:
    text, data = document
    path = pick.draw(st.sampled_from([p for p in places(data) if isinstance(at(data, p), dict)]))
    key, value = pick.draw(st.sampled_from(["new", "新", "on"])), pick.draw(DATA)
    mapping = at(data, path)
    assume(key not in mapping)
    index = pick.draw(st.integers(0, len(mapping)))
    order = list(mapping.items())
    order.insert(index, (key, value))
    expected = with_value(data, path, dict(order))
    changed = check(text, YamlDocument.parse(text).add(path, key, value, index), expected)
    check(changed.text, changed.remove((*path, key)), data)


@MANY
@given(documents(), st.data())
def test_that_an_item_is_inserted_at_the_given_index(document: Any, pick: Any) -> None:
    text, data = document
    lists = [p for p in places(data) if isinstance(at(data, p), list)]
    assume(lists)
    path = pick.draw(st.sampled_from(lists))
    items = at(data, path)
    index, value = pick.draw(st.integers(0, len(items))), pick.draw(DATA)
    expected = with_value(data, path, [*items[:index], value, *items[index:]])
    changed = check(text, YamlDocument.parse(text).insert(path, index, value), expected)
    check(changed.text, changed.remove((*path, index)), data)


@MANY
@given(documents(), st.data())
def test_that_removing_an_entry_keeps_the_others(document: Any, pick: Any) -> None:
    text, data = document
    path = pick.draw(st.sampled_from([p for p in places(data) if p]))
    expected = copy.deepcopy(data)
    del at(expected, path[:-1])[path[-1]]
    check(text, YamlDocument.parse(text).remove(path), expected)


@MANY
@given(documents(), st.data())
def test_that_renaming_keeps_the_order_and_renaming_back_restores_the_data(document: Any, pick: Any) -> None:
    text, data = document
    keys = [p for p in places(data) if p and isinstance(at(data, p[:-1]), dict)]
    path = pick.draw(st.sampled_from(keys))
    name = pick.draw(st.sampled_from(["renamed", "no", "新 名", "x: y"]))
    mapping = at(data, path[:-1])
    assume(name not in mapping)
    renamed = {name if k == path[-1] else k: v for k, v in mapping.items()}
    expected = with_value(data, path[:-1], renamed)
    changed = check(text, YamlDocument.parse(text).rename(path, name), expected)
    check(changed.text, changed.rename((*path[:-1], name), path[-1]), data)


@MANY
@given(documents(), st.data())
def test_that_moving_reorders_and_moving_back_restores_the_text(document: Any, pick: Any) -> None:
    text, data = document
    path = pick.draw(st.sampled_from([p for p in places(data) if p]))
    parent = at(data, path[:-1])
    old = list(parent).index(path[-1]) if isinstance(parent, dict) else path[-1]
    new = pick.draw(st.integers(0, len(parent) - 1))
    if isinstance(parent, dict):
        order = list(parent.items())
        order.insert(new, order.pop(old))
        reordered: Any = dict(order)
    else:
        reordered = list(parent)
        reordered.insert(new, reordered.pop(old))
    changed = check(text, YamlDocument.parse(text).move(path, new), with_value(data, path[:-1], reordered))
    moved = path if isinstance(parent, dict) else (*path[:-1], new)
    check(changed.text, changed.move(moved, old), data)


def with_value(data: Any, path: tuple, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(data)
    at(changed, path[:-1])[path[-1]] = value
    return changed


@given(SCALARS)
def test_that_a_written_scalar_is_read_unchanged_in_both_yaml_versions(value: Any) -> None:
    import yaml

    written = render(value)
    ours = YamlDocument.parse(f"k: {written}").data["k"]
    assert same(ours, value)
    theirs = yaml.safe_load(f"k: {written}")["k"]
    assert same(theirs, value)


@given(st.text(max_size=200))
def test_that_any_text_is_parsed_or_has_an_error_position_within_the_text(text: str) -> None:
    document = YamlDocument.parse(text)
    if document.error is not None:
        assert 0 <= document.error.offset <= len(text)


# ---- single cases


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("1e-5", 1e-5), ("1E5", 1e5), (".5", 0.5), ("5.", 5.0), ("0x1F", 31), ("0o17", 15), ("-.inf", float("-inf")),
        ("on", "on"), ("no", "no"), ("yes", "yes"), ("y", "y"), ("1_000", "1_000"), ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"), ("012", 12), ("True", True), ("NULL", None), ("~", None), ("0b1", "0b1"),
    ],
)  # fmt: skip
def test_that_plain_scalars_resolve_as_yaml_1_2_core(source: str, data: Any) -> None:
    assert same(resolve(source), data)


EDITS = [
    ("set keeps quotes and comment", "a: 'x'   # why\n", lambda d: d.set(("a",), "y"), "a: 'y'   # why\n"),
    ("set keeps CRLF", "a: 1\r\nb: 2\r\n", lambda d: d.set(("a",), 3), "a: 3\r\nb: 2\r\n"),
    ("set an empty value", "a:  # why\nb: 2\n", lambda d: d.set(("a",), 3), "a: 3  # why\nb: 2\n"),
    ("a float is read by YAML 1.1 too", "a: 1\n", lambda d: d.set(("a",), 1e-5), "a: 1.0e-05\n"),
    ("add after the last, before its comment's end", "a: 1 # x\n# end\n", lambda d: d.add((), "b", 2),
     "a: 1 # x\nb: 2\n# end\n"),
    ("add without a final newline", "a: 1", lambda d: d.add((), "b", 2), "a: 1\nb: 2"),
    ("add into an empty mapping", "p: {}\nq: 1\n", lambda d: d.add(("p",), "x", 1), "p:\n  x: 1\nq: 1\n"),
    ("add into an absent mapping", "q: 1\n", lambda d: d.add(("p",), "x", 1), "q: 1\np:\n  x: 1\n"),
    ("add to an empty file", "# only a comment\n", lambda d: d.add((), "x", 1), "# only a comment\nx: 1\n"),
    ("remove the last leaves an empty mapping", "p:\n  x: 1\nq: 1\n", lambda d: d.remove(("p", "x")), "p: {}\nq: 1\n"),
    ("remove keeps the comment above", "a: 1\n# about b\nb: 2\nc: 3\n", lambda d: d.remove(("b",)),
     "a: 1\n# about b\nc: 3\n"),
    ("remove the first key behind a dash", "- a: 1\n  b: 2\n", lambda d: d.remove((0, "a")), "- b: 2\n"),
    ("remove from a flow list", "v: [1, 2, 3]\n", lambda d: d.remove(("v", 1)), "v: [1, 3]\n"),
    ("remove the last of a flow list", "v: [1, 2]\n", lambda d: d.remove(("v", 1)), "v: [1]\n"),
    ("insert into a flow list", "v: [1, 3] # x\n", lambda d: d.insert(("v",), 1, 2), "v: [1, 2, 3] # x\n"),
    ("insert into an indentless list", "v:\n- 1\n- 2\n", lambda d: d.insert(("v",), 2, 3), "v:\n- 1\n- 2\n- 3\n"),
    ("move takes the comment along", "- a\n# b's\n- b\n- c\n", lambda d: d.move((1,), 2), "- a\n- c\n# b's\n- b\n"),
    ("move in a flow list keeps the spaces", "[1,  2, 3]\n", lambda d: d.move((0,), 2), "[2,  3, 1]\n"),
    ("rename keeps quotes", '"a": 1\n', lambda d: d.rename(("a",), "b"), '"b": 1\n'),
    ("set a list item by item", "v: [1, 2] # x\n", lambda d: d.set(("v",), [1, 5, 6]), "v: [1, 5, 6] # x\n"),
    ("set keeps a mapping's comments and takes its new order", "a: 1 # x\nb: 2\n",
     lambda d: d.set((), {"b": 2, "a": 3}), "b: 2\na: 3 # x\n"),
    ("set inside a list of mappings", "s:\n  - name: a # x\n    min: 1\n", lambda d: d.set(("s", 0, "min"), 2),
     "s:\n  - name: a # x\n    min: 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "edit", "after"), [c[1:] for c in EDITS], ids=[c[0] for c in EDITS])
def test_that_an_edit_produces_the_expected_text(before: str, edit: Any, after: str) -> None:
    assert edit(YamlDocument.parse(before)).apply(before) == after


@pytest.mark.parametrize(
    ("text", "path", "written_out"),
    [
        ("a: &x 1\nb: *x\n", ("b",), "a: &x 1\nb: 1\n"),
        ("a: &x {k: 1}\nb: *x\n", ("b", "k"), "a: &x {k: 1}\nb: {k: 1}\n"),
        ("a: &x 1\nb: *x\n", ("a",), "a: &x 1\nb: 1\n"),
        ("a: &x {k: 1}\nb:\n  <<: *x\n  m: 2\n", ("b", "k"), "a: &x {k: 1}\nb:\n  k: 1\n  m: 2\n"),
    ],
)
def test_that_an_edit_of_a_shared_value_offers_to_replace_the_aliases(
    text: str, path: tuple, written_out: str
) -> None:
    document = YamlDocument.parse(text)
    with pytest.raises(AliasedError) as caught:
        document.set(path, 5)
    assert caught.value.write_out.apply(text) == written_out
    freed = document.apply(caught.value.write_out)
    assert at(freed.apply(freed.set(path, 5)).data, path) == 5


def test_that_an_invalid_text_keeps_the_last_valid_data_and_refuses_edits() -> None:
    broken = YamlDocument.parse("a: 1\n").with_text("a: [1\nb: }")
    assert broken.data == {"a": 1}
    assert broken.error is not None
    with pytest.raises(EditError):
        broken.set(("a",), 2)


def test_that_the_path_at_an_offset_is_that_of_the_innermost_value() -> None:
    text = "a:\n  - name: lr\n    min: 1\n"
    assert YamlDocument.parse(text).path_at(text.index("lr")) == ("a", 0, "name")


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        ("a:\n  - !!seq [1, 2]\n  - 3\n", ("a", 0), 5, "a:\n  - 5\n  - 3\n"),
        ("- !!seq\n  - a\n  - b\n- c\n", (0,), 5, "- 5\n- c\n"),
        ("a: !!seq &x [1]\nb: *x\n", ("b",), 5, None),
        ("a: &x !!seq [1]\n", ("a",), 5, "a: &x 5\n"),
        ("a: !!seq &x [1]\n", ("a",), 5, "a: &x 5\n"),
        ("a: !!omap\n - x: 1\n", ("a", 0, "x"), 5, "a: !!omap\n - x: 5\n"),
        ("a: !!omap\n - x: 1\n", ("a", 0), 5, None),
        ("a: !!omap\n - x: 1\n", ("a",), 5, "a: 5\n"),
        ("a: !local 5\nb: 1\n", ("b",), 2, "a: !local 5\nb: 2\n"),
    ],
)
def test_that_a_value_with_a_tag_is_still_readable_after_an_edit(
    before: str, path: tuple[str | int, ...], value: Any, after: str | None
) -> None:
    document = YamlDocument.parse(before)
    if after is None:
        with pytest.raises(EditError):
            document.set(path, value)
        return
    assert document.apply(document.set(path, value)).text == after
    if "!local" not in before:
        yaml.safe_load(after)
