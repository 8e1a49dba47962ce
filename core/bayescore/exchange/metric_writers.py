"""Where a program writes its metrics, by the calls of common libraries in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml

from bayescore.i18n import Text, text
from bayescore.metrics.marked_number import NUMBER
from bayescore.metrics.pattern_from_example import as_source, group_for

_PADDING = r"""["'=: ]+"""  # between a name and its value in a line of a log
# A name before a value: “loss=%.3f”, or a text that ends in “loss=”.
_NAMED = re.compile(r"([A-Za-z][\w./-]*)\s*[=:]\s*(?=$|[%{])")
_METRIC = re.compile(r"loss|acc|err|f1|auc|map|score|ppl|perplexity|reward|mse|mae|bleu|iou", re.IGNORECASE)
_CHECKED = re.compile(r"val|eval|test|dev", re.IGNORECASE)


@dataclass(frozen=True)
class WrittenMetrics:
    """Sources of metrics, as ``openbayes.local.yaml`` writes them.

    Attributes
    ----------
    names
        Metrics that the sources have, the likely objective first; empty if the source does not say.
    remark
        What was recognised.
    """

    sources: tuple[dict[str, Any], ...] = ()
    names: tuple[str, ...] = ()
    remark: Text | None = None

    def local_text(self) -> str:
        """Text of an ``openbayes.local.yaml``; empty without a source."""
        if not self.sources:
            return ""
        written = yaml.safe_dump(
            {"metrics": list(self.sources)}, sort_keys=False, allow_unicode=True, width=200
        )
        return f"# {self.remark}\n{written}" if self.remark else written


def written_metrics(tree: ast.AST, metric: str = "", modules: Iterable[str] = ()) -> WrittenMetrics:
    """Find what a program writes its metrics to; the program is not run.

    Parameters
    ----------
    tree
        The parsed program.
    metric
        The objective, if it is known: a program that prints it needs no library.
    modules
        Texts of modules that it imports: one of them may have the calls.
    """
    trees = [tree, *_parsed(modules)]
    calls = [[node for node in ast.walk(each) if isinstance(node, ast.Call)] for each in trees]
    if any(_name(call) == "log_metric" for each in calls for call in each):
        return WrittenMetrics()
    found = (_written_in(each, own, metric) for each, own in zip(trees, calls, strict=True))
    return next((written for written in found if written.sources), WrittenMetrics())


def _parsed(modules: Iterable[str]) -> Iterator[ast.AST]:
    for source in modules:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            yield ast.parse(source)


def _written_in(tree: ast.AST, calls: list[ast.Call], metric: str) -> WrittenMetrics:
    """What one module writes its metrics to; what is certain comes before what is likely."""
    named = {name: call for call in reversed(calls) if (name := _name(call))}
    modules = set(_modules(tree))
    if "ultralytics" in modules or "YOLO" in named:
        return _sources("Ultralytics", [{"csv": "runs/**/results.csv"}], ("metrics/mAP50-95(B)",))
    if "transformers" in modules and any(name.endswith("Trainer") for name in named):
        return _sources("Hugging Face Trainer", [{"json": "**/trainer_state.json"}], ("eval_loss",))
    if (logger := named.get("CSVLogger")) is not None:
        return _sources("CSVLogger", [{"csv": _table_of(logger)}], _tags(calls))
    if (writer := named.get("SummaryWriter")) is not None:
        return _sources("SummaryWriter", [{"tensorboard": _folder_of(writer, "runs")}], _tags(calls))
    if (callback := named.get("TensorBoard")) is not None:
        names = ("validation/epoch_loss",)
        return _sources("TensorBoard", [{"tensorboard": _folder_of(callback, "logs")}], names)
    if "Trainer" in named and modules & {"lightning", "pytorch_lightning"}:
        logs = "lightning_logs"
        both = [{"csv": f"{logs}/**/metrics.csv"}, {"tensorboard": logs}]  # the first one that is installed
        return _sources("Lightning", both, _tags(calls))
    if "fit" in named and modules & {"keras", "tensorflow"}:
        found = metric or "val_loss"
        return _sources("model.fit", [printed(found)], (found,))
    texts = list(_printed_texts(calls))
    is_printed = metric != "" and any(metric in each for each in texts)
    likely = [metric] if is_printed else [] if metric else _names_in(texts)
    return _sources("print", [printed(likely[0])], tuple(likely)) if likely else WrittenMetrics()


def _sources(what: str, sources: list[dict[str, Any]], names: tuple[str, ...]) -> WrittenMetrics:
    remark = text("The program uses {what}: its metrics are read from there.", what=what)
    return WrittenMetrics(tuple(sources), names, remark)


def printed(metric: str) -> dict[str, Any]:
    """A pattern for lines that have the name of a metric and then its value."""
    group = group_for(metric)
    return as_source(rf"\b{re.escape(metric)}{_PADDING}(?P<{group}>{NUMBER})", group, metric)


def _printed_texts(calls: list[ast.Call]) -> Iterator[str]:
    """Texts that the program prints or logs."""
    for call in calls:
        if _name(call) in ("print", "info", "write", "set_postfix", "set_description"):
            yield from (f"{keyword.arg}=" for keyword in call.keywords if keyword.arg)
            for node in (each for argument in call.args for each in ast.walk(argument)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _names_in(texts: list[str]) -> list[str]:
    """Names of metrics before their values, first those that are likely measured on held-out data."""
    found = [name for each in texts for name in _NAMED.findall(each) if _METRIC.search(name)]
    return sorted(dict.fromkeys(found), key=lambda name: not _CHECKED.search(name))


def _tags(calls: list[ast.Call]) -> tuple[str, ...]:
    """Names that the program gives its scalars, first those that are likely measured on held-out data."""
    found = [
        str(call.args[0].value)
        for call in calls
        if _name(call) in ("add_scalar", "log")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda name: not _CHECKED.search(name)))


def _table_of(logger: ast.Call) -> str:
    """The file of a ``CSVLogger``: that of Keras gets its name, that of Lightning a folder."""
    given = _literal_of(logger, ("save_dir", "filename"))
    if re.search(r"\.(csv|log|txt|tsv)$", given):
        return given
    return f"{given.strip('/')}/**/metrics.csv" if _is_inside(given) else "**/metrics.csv"


def _folder_of(writer: ast.Call, otherwise: str) -> str:
    given = _literal_of(writer, ("log_dir", "logdir")).strip("/")
    return given if _is_inside(given) else otherwise


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith(("/", "~", "..")) and path != "."


def _literal_of(call: ast.Call, names: tuple[str, ...]) -> str:
    """The first argument of a call, or one of these names, if it is written as a text."""
    values = [*call.args[:1], *(k.value for k in call.keywords if k.arg in names)]
    literal = next((v.value for v in values if isinstance(v, ast.Constant)), "")
    return literal if isinstance(literal, str) else ""


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
