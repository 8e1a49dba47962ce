"""What the editor knows about a text: computed in one go, without Qt, off the GUI thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from bayescore.app.interpreter_choice import python_problems
from bayescore.config import (
    PARAMETER_SPECS,
    Belief,
    CategoricalSpec,
    DiscreteSpec,
    LocalSettings,
    OpenBayesConfig,
    ParameterSpec,
    Problem,
    Severity,
    YamlDocument,
    load_local_text,
    load_text,
)
from bayescore.config.beliefs import EXPECT, belief_about
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.search import SearchSpace
from bayesdesk.editor.edits import SPECS, value_at

SPEC_TYPES = ("DOUBLE", "INTEGER", "DISCRETE", "CATEGORICAL")
_MOST_COMBINATIONS = 10**9  # of ranges; a search space with more is shown as continuous


@dataclass(frozen=True)
class Analysis:
    """A text, its document and its problems.

    Attributes
    ----------
    problems_at
        Problems of the value at a path or below it.
    error_paths
        Paths with an error at their value or below it.
    """

    document: YamlDocument
    problems: tuple[Problem, ...]
    problems_at: Mapping[Path, Sequence[Problem]]
    error_paths: frozenset[Path]

    @property
    def is_valid(self) -> bool:
        """Whether the text is valid YAML."""
        return self.document.error is None


@dataclass(frozen=True)
class ParameterView:
    """What a row of the form shows of one parameter.

    Attributes
    ----------
    kind
        Its type; a wrong one counts as ``DOUBLE``.
    source
        Its text and data: two views with the same source show the same.
    spec
        The parameter, ``None`` while it has errors.
    has_belief, belief
        Whether ``expect`` names it, and what it says; ``None`` while that has errors.
    """

    kind: str
    source: tuple[str, str]
    spec: ParameterSpec | None
    problems: tuple[Problem, ...]
    has_belief: bool = False
    belief: Belief | None = None


@dataclass(frozen=True)
class ConfigAnalysis(Analysis):
    """An ``openbayes.yaml``; ``config`` is ``None`` while it has errors.

    Attributes
    ----------
    combinations
        Number of different trials; ``None`` when the search space is continuous or has errors.
    """

    config: OpenBayesConfig | None = None
    parameters: tuple[ParameterView, ...] = ()
    combinations: int | None = None


@dataclass(frozen=True)
class LocalAnalysis(Analysis):
    """An ``openbayes.local.yaml``; ``settings`` is ``None`` while it has errors."""

    settings: LocalSettings | None = field(default=None)


def analyse_config(source: str, file: FilePath) -> ConfigAnalysis:
    """Parse and check the text of an ``openbayes.yaml``."""
    loaded = load_text(source, file)
    below, errors = _by_path(loaded.problems)
    parameters = tuple(_parameter_views(loaded.document, loaded.config, below, errors))
    return ConfigAnalysis(
        loaded.document,
        loaded.problems,
        below,
        errors,
        config=loaded.config,
        parameters=parameters,
        combinations=_combinations([p.spec for p in parameters if p.spec is not None], len(parameters)),
    )


def analyse_local(source: str, file: FilePath) -> LocalAnalysis:
    """Parse and check the text of an ``openbayes.local.yaml``, and whether its interpreter is there."""
    loaded = load_local_text(source, file)
    problems = loaded.problems
    if loaded.settings is not None:
        problems += python_problems(file.parent, loaded, loaded.settings.runner)
    return LocalAnalysis(loaded.document, problems, *_by_path(problems), settings=loaded.settings)


def with_beliefs(views: Sequence[ParameterView], document: YamlDocument) -> tuple[ParameterView, ...]:
    """The parameters with what the other file expects of them, and its problems."""
    expected = value_at(document, EXPECT)
    if not isinstance(expected, dict):
        return tuple(views)
    return tuple(_with_belief(v, document) if v.spec and v.spec.name in expected else v for v in views)


def _with_belief(view: ParameterView, document: YamlDocument) -> ParameterView:
    assert view.spec is not None
    reader = Reader(document)
    belief = belief_about(reader, view.spec)
    problems = tuple(replace(p, fix=None) for p in reader.finish())  # fixes are of the other text
    return replace(view, has_belief=True, belief=belief, problems=(*view.problems, *problems))


def _by_path(problems: Sequence[Problem]) -> tuple[dict[Path, list[Problem]], frozenset[Path]]:
    below: defaultdict[Path, list[Problem]] = defaultdict(list)
    errors: set[Path] = set()
    for problem in problems:
        for depth in range(1, len(problem.path) + 1):
            below[problem.path[:depth]].append(problem)
            if problem.severity is Severity.ERROR:
                errors.add(problem.path[:depth])
    return dict(below), frozenset(errors)


def _parameter_views(
    document: YamlDocument,
    config: OpenBayesConfig | None,
    below: Mapping[Path, Sequence[Problem]],
    errors: frozenset[Path],
) -> list[ParameterView]:
    raw = value_at(document, SPECS)
    specs = config.hyper_tuning.parameter_specs if config is not None else ()
    views = []
    for index, item in enumerate(raw if isinstance(raw, list) else []):
        path = (*SPECS, index)
        if path in errors:
            spec = None
        else:
            spec = specs[index] if index < len(specs) else _valid_spec(item)
        node = document.node(path)
        written = document.text[node.start : node.end] if node is not None else ""
        problems = tuple(below.get(path, ()))
        views.append(ParameterView(_kind(item), (written, repr(item)), spec, problems))
    return views


def _kind(item: Any) -> str:
    written = str(item.get("type") or "").upper() if isinstance(item, dict) else ""
    return written if written in SPEC_TYPES else SPEC_TYPES[0]


def _valid_spec(item: Any) -> ParameterSpec | None:
    try:
        return PARAMETER_SPECS.validate_python([item])[0]
    except ValueError:
        return None


def _combinations(specs: list[ParameterSpec], count: int) -> int | None:
    if len(specs) < count or not specs:
        return None
    found = SearchSpace(tuple(specs)).combinations()
    listed = all(isinstance(s, CategoricalSpec | DiscreteSpec) for s in specs)
    return found if listed or (found is not None and found <= _MOST_COMBINATIONS) else None
