"""Malformed files of other tools cause a message, never a traceback."""

from __future__ import annotations

import contextlib
import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import load_text
from bayescore.errors import ConfigError
from bayescore.exchange.program_options import propose_space
from bayescore.exchange.search_spaces import convert_space

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(), st.text(max_size=6), st.just("adam")
)
VALUES = st.one_of(
    PLAIN, st.lists(PLAIN, max_size=3), st.dictionaries(st.text(max_size=4), PLAIN, max_size=2)
)
NAMES = st.sampled_from(["lr", "n", "名", "a b", "x"])
SWEEP = st.fixed_dictionaries(
    {
        "method": st.one_of(st.sampled_from(["bayes", "grid", "random"]), PLAIN),
        "parameters": st.dictionaries(
            NAMES,
            st.dictionaries(
                st.sampled_from(
                    ["min", "max", "values", "value", "distribution", "mu", "sigma", "q", "parameters"]
                ),
                st.one_of(VALUES, st.sampled_from(["log_uniform", "q_normal", "int_uniform", "q_uniform"])),
                max_size=4,
            ),
            max_size=3,
        ),
    },
    optional={"metric": VALUES, "run_cap": VALUES, "program": VALUES},
)
SPACE = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {"_type": st.one_of(PLAIN, st.sampled_from(["choice", "randint", "uniform", "quniform", "normal"]))},
        optional={"_value": VALUES},
    ),
    min_size=1,
    max_size=3,
)


@given(st.one_of(SWEEP, SPACE, st.fixed_dictionaries({"searchSpace": SPACE}), VALUES))
@settings(max_examples=150, deadline=None)
def test_that_any_search_space_is_converted_or_refused_with_a_message(content: object) -> None:
    with contextlib.suppress(ConfigError):
        found = convert_space(yaml.safe_dump(content, allow_unicode=True))
        assert load_text(found.file_text).document.error is None
        json.dumps([r.render("zh") for r in found.remarks])


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_that_any_text_is_read_as_a_program_or_is_a_syntax_error(source: str) -> None:
    with contextlib.suppress(SyntaxError, ValueError):
        assert propose_space(source).specs == (), "random text had an option"
