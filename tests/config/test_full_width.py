"""Full-width punctuation, as a Chinese input method types it: found where it stands, and replaced."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bayescore.config import Severity, load_text
from bayescore.config.full_width import find, replaced
from bayescore.config.load import Loaded

TEXT = """command: python main.py
hyper_tuning:
  max_job_count: 30
  hyperparameter_metric: acc
  goal: MAXIMIZE
  algorithm: Random
  parameter_specs:
    - name: opt
      type: CATEGORICAL
      categorical_values: ["A", "B"]
    - name: k
      type: DISCRETE
      discrete_values: [1, 2, 3]
  side_metrics: [f1]
"""


def full_width(loaded: Loaded) -> list[tuple[int, int]]:
    return [(p.line, p.column) for p in loaded.problems if p.code == "full-width"]


@pytest.mark.parametrize(
    ("right", "written", "line", "column", "fixed"),
    [
        ('["A", "B"]', "[“A”, “B”]", 10, 28, '["A", "B"]'),
        ('["A", "B"]', "[训练，测试，验证]", 10, 30, "[训练, 测试, 验证]"),
        ('["A", "B"]', "【“A，B”、‘C’】", 10, 27, '["A，B", "C"]'),
        ('["A", "B"]', '[“A", B]', 10, 28, '["A", B]'),
        ("max_job_count: 30", "max_job_count：30", 3, 16, "max_job_count: 30"),
        ("max_job_count: 30", "max_job_count： 30", 3, 16, "max_job_count: 30"),
        ("max_job_count: 30", "max_job_count: ３０", 3, 18, "max_job_count: 30"),
        ("[1, 2, 3]", "[1，2，3]", 13, 26, "[1, 2, 3]"),
        ("[1, 2, 3]", "（1；２；3）", 13, 24, "[1, 2, 3]"),
        ("[1, 2, 3]", "［1、\n        -２，３．5］\u3000", 13, 24, "[1,\n        -2, 3.5]"),
        ("goal: MAXIMIZE", "goal:\u3000ＭＡＸＩＭＩＺＥ", 5, 8, "goal: MAXIMIZE"),
        ("  goal: MAXIMIZE", "\u3000goal: MAXIMIZE", 5, 1, "  goal: MAXIMIZE"),
        ("  goal: MAXIMIZE", "  goal: MAXIMIZE\u00a0", 5, 17, "  goal: MAXIMIZE"),
        ("- name: k", "－ name：k", 11, 5, "- name: k"),
        (
            "- name: k\n      type: DISCRETE",
            "- ｛name：k，type：DISCRETE｝",
            11,
            7,
            "- {name: k, type: DISCRETE}",
        ),
        ("hyper_tuning:", "hyper_tuning：", 2, 13, "hyper_tuning:"),
        ("acc", "“acc”", 4, 26, '"acc"'),
        ("  side", "  ＃ 注释：一，二\n  side", 14, 3, "  # 注释：一，二\n  side"),
    ],
)
def test_that_full_width_punctuation_is_found_where_it_stands_and_replaced(
    right: str, written: str, line: int, column: int, fixed: str
) -> None:
    assert TEXT.count(right) == 1
    for end in ("\n", "\r\n"):
        source = TEXT.replace(right, written).replace("\n", end)
        loaded = load_text(source)
        assert full_width(loaded)[0] == (line, column)
        assert loaded.config is None
        first = next(p for p in loaded.problems if p.severity is Severity.ERROR)
        assert first.code == "full-width"
        assert first.fix is not None
        expected = TEXT.replace(right, fixed).replace("\n", end)
        after = first.fix.edit().apply(source)
        assert (
            after.replace("\u3000", "").replace(" " + end, end) == expected
            or after.rstrip() == expected.rstrip()
        )
        assert full_width(load_text(after)) == []


@pytest.mark.parametrize(
    "source",
    [
        "command: python main.py --note “你好，世界（一）：；”\n",
        "command: 训练\n  参数：一，二\nnode: 1\n",
        "# 说明：一，二；【三】“四”\nnode: 1  # 一，二\u3000三\n",
        "command: |\n  训练：一，二\n  “三”\u3000四\nnode: 1\n",
        "parameters:\n  note: '一，二：“三”'\n  more: \"（一，\n    二）\u3000\"\n",
        "x: [\"一，二\", '三：“四”', 训练（一，二）, 甲：乙]\n",
        "- 甲：乙\n- 一，二\n",
    ],
)
def test_that_chinese_text_is_left_alone(source: str) -> None:
    assert find(source) == []


_WORDS = st.text("ab1训练，。：“”（）【】；、\u3000 ‘’", min_size=1, max_size=8)


@dataclass(frozen=True)
class _Widths:
    """Half-width and full-width spellings of what separates and encloses."""

    quotes: tuple[str, str]
    brackets: tuple[str, str]
    separator: str
    colon: str


_WIDTHS = st.builds(
    _Widths,
    st.sampled_from([('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("＂", "＂")]),
    st.sampled_from([("[", "]"), ("［", "］"), ("【", "】"), ("（", "）"), ("[", "］")]),
    st.sampled_from([", ", "，", "、", "； ", "，\u3000"]),
    st.sampled_from([": ", "：", "： ", ":\u3000"]),
)


@given(
    st.lists(
        st.text("ab1训练，。：（；、 ", min_size=1, max_size=8).filter(str.strip), min_size=1, unique=True
    ),
    st.lists(st.integers(-99, 99), min_size=1, unique=True),
    _WIDTHS,
)
def test_that_the_fix_leads_to_the_values_that_were_meant(
    words: list[str], numbers: list[int], widths: _Widths
) -> None:
    opening, closing = widths.brackets
    quoted = widths.separator.join(f"{widths.quotes[0]}{w}{widths.quotes[1]}" for w in words)
    plain = widths.separator.join(str(n) for n in numbers)
    source = TEXT.replace('["A", "B"]', f"{opening}{quoted}{closing}")
    source = source.replace("[1, 2, 3]", f"{opening}{plain}{closing}")
    source = source.replace("max_job_count: ", f"max_job_count{widths.colon}")
    found = find(source)
    fixed = load_text(replaced(source, found).apply(source) if found else source)
    assert fixed.config is not None
    tuning = fixed.config.hyper_tuning
    first, second = tuning.parameter_specs
    assert (tuning.max_job_count, first.type, second.type) == (30, "CATEGORICAL", "DISCRETE")
    assert list(first.categorical_values) == words
    assert list(second.discrete_values) == numbers


@given(st.lists(_WORDS, min_size=1), _WORDS, st.sampled_from([None, "'", '"']))
def test_that_text_in_quotes_and_in_comments_is_never_touched(
    words: list[str], comment: str, style: str | None
) -> None:
    listed = json.dumps(words, ensure_ascii=False)
    written = yaml.safe_dump({"k": words}, allow_unicode=True, default_style=style or "'")
    assert find(f"# {comment}\nvalues: {listed}  # {comment}\n{written}") == []


@given(st.text("a1:：，,“”\"'[]【】（）{}#- \n\u3000|>&!*３\r\\", max_size=60))
def test_that_any_text_can_be_searched_and_the_edit_fits_it(source: str) -> None:
    found = find(source)
    assert all(source[f.start : f.start + len(f.written)] == f.written for f in found)
    if found:
        replaced(source, found).apply(source)
    load_text(source)


@pytest.mark.parametrize("piece", ["“", "[“", "“a”，", "\u3000", "a：", "（", "&a ", "'“"])
def test_that_a_long_line_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        find("x: [" + piece * count)
        find("x: " + piece * count)
        find(piece * count)
        return time.process_time() - began

    seconds(10)
    assert seconds(40_000) < 20
