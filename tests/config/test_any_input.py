"""Any input gives settings or problems, never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import load_local_text, load_text
from bayescore.config.load import decode
from config.test_problems import BAD, GOOD, marked

SOUND = [marked(text)[0] for text in [*GOOD.values(), *(t for _, t in BAD.values())]]


def check(content: bytes) -> None:
    text, bad = decode(content)
    for loaded in (load_text(text, bad_offset=bad), load_local_text(text, bad_offset=bad)):
        lines = text.count("\n") + text.count("\r") + 1
        for problem in loaded.problems:
            assert 1 <= problem.line <= lines
            assert problem.column >= 1
            assert str(problem)
            assert problem.as_json()


@given(st.binary(max_size=300))
def test_that_any_bytes_are_read_without_an_exception(content: bytes) -> None:
    check(content)


@settings(max_examples=300)
@given(st.sampled_from(SOUND), st.data())
def test_that_a_damaged_file_is_read_without_an_exception(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    filling = data.draw(
        st.text(max_size=8) | st.sampled_from(["&a", "*a", "? ", "{", "[", "- ", "\t", "<<: "])
    )
    check((text[:start] + filling + text[end:]).encode("utf-8", "surrogatepass"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(
        ["hyper_tuning", "parameters", "data_bindings", "bindings", "command", "env", "node", "resource"]
    ),
)
def test_that_any_value_of_a_known_key_is_read_without_an_exception(value: object, key: str) -> None:
    import json

    check(json.dumps({key: value}).encode("utf-8", "surrogatepass"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=4,
    ),
    st.sampled_from(["max_job_count", "parallel_count", "goal", "side_metrics", "parameter_specs"]),
    st.sampled_from(["name", "type", "min_value", "discrete_values", "categorical_values", "scale_type"]),
)
def test_that_any_value_in_the_tuning_section_is_read_without_an_exception(
    value: object, key: str, spec_key: str
) -> None:
    import json

    spec = {"name": "x", "type": "DOUBLE", "min_value": 0, "max_value": 1, spec_key: value}
    section = {"parameter_specs": [spec], key: value} if key != "parameter_specs" else {key: value}
    check(json.dumps({"command": "x", "hyper_tuning": section}).encode())
