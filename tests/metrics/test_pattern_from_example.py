"""A pattern made from a number that was marked in a line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bayescore.config import MetricSource, SourceKind, load_local_text
from bayescore.config.log_pattern import compile_pattern
from bayescore.metrics.log_search import search_log, spans_in
from bayescore.metrics.marked_number import Span, is_misread, number_at, numbers, pieces
from bayescore.metrics.pattern_from_example import NUMBER, as_source, propose, with_group
from support.observed import Observed

TQDM = "Epoch 3:  45%|████▌     | 45/100 [00:01<00:02, 30.5it/s, loss=0.532]"
MNIST = "Test set: Average loss: 0.0269, Accuracy: 9910/10000 (99%)"
CASES = [
    # the line, the marked number, the name, the pattern before the number, the step
    ("epoch 3: train_loss=9 val_loss=1.25", "1.25", "val_loss", r"\bepoch\s+(?P<step>\d+).*?\bval_loss=", "epoch 3"),
    ("Epoch [3/10] - val loss: 0.5 - train loss: 0.4", "0.4", "train_loss", r"\bEpoch\s*\[(?P<step>\d+).*?\btrain\s+loss:\s*", "Epoch [3"),
    (TQDM, "0.532", "loss", r"\bEpoch\s+(?P<step>\d+).*?\bloss=", "Epoch 3"),
    (TQDM, "30.5", "it", r"\bEpoch\s+(?P<step>\d+):\s*[-+.\w]+[^\w\s]+\s*\|\s*[-+.\w]+/[-+.\w]+\s*\[[-+.\w]+:[-+.\w]+<[-+.\w]+:[-+.\w]+,\s*", "Epoch 3"),
    ("loss: tensor(0.5321, grad_fn=<NllLossBackward0>)", "0.5321", "loss", r"\bloss:\s*tensor\(", ""),
    (MNIST, "99", "Accuracy", r"\bAccuracy:\s*[-+.\w]+/[-+.\w]+\s*\(", ""),
    (MNIST, "0.0269", "Average_loss", r"\bAverage\s+loss:\s*", ""),
    ("   3   0.5  0.25 ", "0.25", "metric", r"^\s*[-+.\w]+\s+[-+.\w]+\s+", ""),
    ("第 3 轮 损失: -1.5e-3 准确率 0.9", "-1.5e-3", "损失", r"第\s+(?P<step>\d+).*?损失:\s*", "第 3"),
    ("metrics/mAP50-95(B): 0.5", "0.5", "metrics/mAP50-95(B)", r"\bmetrics/mAP50-95\(B\):\s*", ""),
    ("loss-0.5", "0.5", "loss", r"\bloss-", ""),
    ("the loss is 0.5.", "0.5", "loss", r"\bloss\s+is\s+", ""),
    ("INFO loss nan", "nan", "loss", r"\bloss\s+", ""),
    ("step 5 loss=-inf", "-inf", "loss", r"\bstep\s+(?P<step>\d+).*?\bloss=", "step 5"),
    ("{'loss': 0.5, 'eval_loss': 1e-5}", "1e-5", "eval_loss", r"\beval_loss':\s*", ""),
    ("a=1 a=1 a=2", "2", "a", r"\ba=[-+.\w]+\s+a=[-+.\w]+\s+a=", ""),
    ("step 200 | acc 12%", "12", "acc", r"\bstep\s+(?P<step>\d+).*?\bacc\s+", "step 200"),
]  # fmt: skip


def marked(line: str, written: str) -> Span:
    return next(span for span in numbers(line) if span.of(line) == written)


def found_by(pattern: str, line: str, group: str) -> Span | None:
    compiled = compile_pattern(pattern)
    match = compiled.search(line)
    return None if match is None else Span(*match.span(compiled.groupindex[group]))


@pytest.mark.parametrize(("line", "written", "name", "before", "step"), CASES)
def test_that_the_words_and_the_step_before_a_number_make_its_pattern(
    line: str, written: str, name: str, before: str, step: str
) -> None:
    proposal = propose(line, marked(line, written))
    assert proposal is not None
    assert (proposal.name, proposal.step) == (name, step)
    assert proposal.pattern == f"{before}(?P<{proposal.group}>{NUMBER})"
    assert found_by(proposal.pattern, line, proposal.group) == marked(line, written)


def test_that_a_word_behind_the_number_names_it_if_there_is_none_before() -> None:
    proposal = propose("98.3% accuracy", Span(0, 4))
    assert proposal is not None
    assert proposal.name == "accuracy"
    assert proposal.pattern.endswith(r"%\s*accuracy")
    assert found_by(proposal.pattern, "12 % of the batches", "accuracy") is None


def test_that_a_step_behind_the_number_is_read_too() -> None:
    line = "val_acc: 12% at step 5"
    proposal = propose(line, marked(line, "12"))
    assert proposal is not None
    assert found_by(proposal.pattern, line, "step") == marked(line, "5")


def test_that_the_step_can_be_left_out() -> None:
    line = "epoch 3 loss=1"
    proposal = propose(line, marked(line, "1"), with_step=False)
    assert proposal is not None
    assert "step" not in compile_pattern(proposal.pattern).groupindex
    assert proposal.step == "epoch 3"


@pytest.mark.parametrize(
    ("wanted", "name"), [(["val_loss"], "val_loss"), (["Val/Loss"], "Val/Loss"), (["loss"], "val_loss")]
)
def test_that_the_metric_is_the_objective_if_it_is_only_written_in_another_way(
    wanted: list[str], name: str
) -> None:
    line = "val loss: 1"
    proposal = propose(line, marked(line, "1"), wanted)
    assert proposal is not None
    assert proposal.name == name


def test_that_a_name_that_no_group_can_have_is_a_new_name_of_the_group() -> None:
    line = "val/acc 0.5"
    proposal = propose(line, marked(line, "0.5"))
    assert proposal is not None
    assert proposal.as_source()["rename"] == {"val_acc": "val/acc"}
    assert as_source(with_group(proposal.pattern, "val_acc", "acc"), "acc", "acc") == {
        "log": rf"\bval/acc\s+(?P<acc>{NUMBER})"
    }


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [(5, 5, "0.5"), (8, 8, "0.5"), (6, 7, "0.5"), (0, 99, "0.5"), (0, 0, None), (0, 4, None), (9, 10, "3")],
)
def test_that_a_number_is_marked_by_a_caret_or_a_selection(start: int, end: int, written: str | None) -> None:
    line = "loss 0.5 3"
    span = number_at(line, start, end)
    assert (span and span.of(line)) == written


def test_that_hyphens_and_words_are_no_parts_of_numbers() -> None:
    line = "2026-11-28 info nano f1=.5 x=-.5e-3 a-3 (4)-5 1e5x inf -NaN"
    found = [span.of(line) for span in numbers(line)]
    assert found == ["2026", "11", "28", "1", ".5", "-.5e-3", "3", "4", "5", "1e5", "inf", "-NaN"]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("loss=1,234.5 acc=1", ["1", "234.5"]),
        ("n 12,345,678", ["12", "345", "678"]),
        ("loss,1,234", ["1", "234"]),
        ("a=−0.5 b=(−1)", ["0.5", "1"]),
        ("3−0.5 1,2345 1,23 (12,345,0.5) 1234,567 1.5,250 [1, 234]", []),
    ],
)
def test_that_a_number_of_which_only_a_part_would_be_read_has_no_pattern(
    line: str, refused: list[str]
) -> None:
    assert [span.of(line) for span in numbers(line) if propose(line, span) is None] == refused


TEXTS = st.one_of(
    st.sampled_from(["loss", "val_loss", "val/acc", "epoch", "step", "第", "轮", "损失", "f1", "tensor(", "INFO", "is", "%", "/", "nan", "inf", "|████▌    |", "[===>...]", "\x1b", "🎉"]),
    st.sampled_from([" ", "  ", "\t", "=", ": ", "-", "(", ")", "[", "]", ",", ".", "\\", "*", "$", "^", "{", "\"", "'"]),
    st.floats().map(str),
    st.integers(-(10**9), 10**9).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.3e}"),
    st.text(max_size=6).map(lambda t: "".join(c for c in t if c not in "\r\n")),
)  # fmt: skip
LINES = st.lists(TEXTS, max_size=14).map("".join)


@given(LINES)
def test_that_the_pieces_of_a_text_are_the_text(line: str) -> None:
    assert "".join(piece.text for piece in pieces(line)) == line


@given(LINES, st.data())
def test_that_a_pattern_finds_the_marked_number_at_its_place(line: str, data: st.DataObject) -> None:
    found = [span for span in numbers(line) if not is_misread(line, span)]
    if not found:
        return
    span = data.draw(st.sampled_from(found))
    proposal = propose(line, span, with_step=data.draw(st.booleans()))
    assert proposal is not None
    assert found_by(proposal.pattern, line, proposal.group) == span
    value = float(span.of(line))
    compiled = compile_pattern(proposal.pattern)
    match = compiled.search(line)
    assert match is not None
    written = match.group(proposal.group)
    assert written is not None
    assert float(written) == value or math.isnan(value)


@given(LINES, st.data())
def test_that_a_source_made_from_an_example_is_valid_in_the_file(line: str, data: st.DataObject) -> None:
    found = [span for span in numbers(line) if not is_misread(line, span)]
    if not found:
        return
    proposal = propose(line, data.draw(st.sampled_from(found)))
    assert proposal is not None
    loaded = load_local_text(yaml.safe_dump({"metrics": [proposal.as_source()]}, allow_unicode=True))
    assert loaded.problems == ()
    assert loaded.settings is not None
    (source,) = loaded.settings.metrics
    assert source.group_names()[0] == proposal.group


def test_that_a_line_too_long_for_a_pattern_has_none_or_a_short_one() -> None:
    line = "x, " * 8000 + "loss=1"
    proposal = propose(line, marked(line, "1"))
    assert proposal is not None
    assert proposal.pattern.startswith(r"\bloss=")
    line = "loss=1 " * 3000
    assert propose(line, numbers(line)[-1]) is None


# ---- what a pattern finds in a whole log

LOSS = MetricSource(kind=SourceKind.LOG, value=r"epoch (?P<step>\d+) loss=(?P<loss>\S+)")
WANTED = frozenset(["loss"])


def test_that_a_whole_log_is_searched_as_a_trials_is_read(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"log": LOSS.value})
    trial.print(
        "epoch 1 loss=3\nother\nepoch 2 loss=nan\r\x1b[31mepoch 2\x1b[0m loss=1.5\repoch 2 loss=1.5\n"
    )
    trial.print("epoch 3 loss=low\nepoch 4 loss=1")
    found = search_log(trial.folder.log, LOSS, WANTED, lambda: False)
    assert [(each.step, each.line) for each in found.found] == [
        ("1", "epoch 1 loss=3"),
        ("2", "epoch 2 loss=nan"),
        ("2", "epoch 2 loss=1.5"),
        ("4", "epoch 4 loss=1"),
    ]
    assert (found.count, found.is_whole) == (4, True)
    assert ["low" in str(note) for note in found.notes] == [True]
    assert str(trial.look(is_last=True)["loss"]) == "[3.0, nan, 1.5, 1.0]"


def test_that_of_many_values_the_first_and_the_last_are_kept(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"log": LOSS.value})
    trial.print("".join(f"epoch {i} loss={i}\n" for i in range(20_000)))
    found = search_log(trial.folder.log, LOSS, WANTED, lambda: False)
    assert (found.count, found.is_whole) == (20_000, True)
    assert len(found.found) == 1000
    assert (found.found[0].step, found.found[-1].step) == ("0", "19999")


def test_that_a_search_that_is_not_wanted_any_more_ends(tmp_path: Path) -> None:
    trial = Observed(tmp_path, {"log": LOSS.value})
    trial.print("epoch 1 loss=1\n" * 10)
    assert not search_log(trial.folder.log, LOSS, WANTED, lambda: True).is_whole
    assert spans_in("epoch 1 loss=1", LOSS.value, lambda: True) == []


def test_that_places_in_a_text_are_counted_in_characters() -> None:
    assert spans_in("无\n🎉 epoch 12 loss=1\n", LOSS.value, lambda: False) == [
        (1, Span(8, 10)),
        (1, Span(16, 17)),
    ]
