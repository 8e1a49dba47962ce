"""Parameters that a program would refuse: its options, read from its source, do not have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bayescore.config import Loaded, LoadedLocal, Problem, Severity
from bayescore.config.options_place import program_words
from bayescore.config.reader import Reader, closest_match
from bayescore.config.yamltext import Path as YamlPath
from bayescore.exchange.declared_options import (
    Option,
    calls,
    declared_options,
    imported_modules,
    is_complete,
)
from bayescore.files import read_text
from bayescore.files.listing import files_below
from bayescore.i18n import text

_MOST_BYTES = 2**20
_MOST_LISTED = 20_000
_OTHERS = frozenset({".venv", "venv", "env", ".git", "site-packages", "node_modules", "build", "dist"})
_MOST_FILES = 200  # of the project in which options may be declared


def program_problems(project: Path, loaded: Loaded, local: LoadedLocal) -> tuple[Problem, ...]:
    """Warnings about parameters that are not options of the program, or cannot have their values.

    Silent when the program's options are not known for certain: it is not found, is not Python, does not
    use argparse, or gets options from elsewhere.
    """
    if loaded.config is None or local.settings is None:
        return ()
    form = local.settings.parameters_as.split()[0]
    if not re.match(r"--?\{name\}", form):
        return ()
    program = program_of(loaded.config.command, project)
    options = None if program is None else certain_options(program, project)
    if program is None or not options:
        return ()
    reader = Reader(loaded.document, project / "openbayes.yaml")
    dashes = form.partition("{")[0]
    for path, name in _names(loaded):
        _check(reader, path, name, dashes, program.name, options)
    return reader.finish()


def program_of(command: str, project: Path) -> Path | None:
    """The Python file in the project that gets the parameters; ``None`` if it is not certain."""
    folder, found = project, None
    for words in program_words(command):
        if words[0] == "cd" and len(words) == 2:
            folder = folder / words[1]
            continue
        found = next((file for each in _candidates(words) if (file := folder / each).is_file()), None)
    if found is None or not found.resolve().is_relative_to(project.resolve()):
        return None
    return found


def _candidates(words: tuple[str, ...]) -> Iterator[str]:
    for before, word in zip(("", *words), words, strict=False):
        if word.endswith(".py"):
            yield word
        elif before == "-m":
            module = word.replace(".", "/")
            yield from (
                f"{module}.py",
                f"{module}/__main__.py",
                f"src/{module}.py",
                f"src/{module}/__main__.py",
            )


def certain_options(program: Path, project: Path) -> list[Option] | None:
    """Options of the program and of files that it may import; ``None`` if it may have others."""
    files = [program]
    for count, file in enumerate(files_below(project)):
        is_own = _OTHERS.isdisjoint(file.relative_to(project).parts)
        if is_own and file.suffix == ".py" and file != program:
            files.append(file)
        if len(files) > _MOST_FILES or count > _MOST_LISTED:
            return None
    trees = []
    for file in files:
        with suppress(OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            source = read_text(file, _MOST_BYTES)
            if file == program or "add_argument" in source:
                trees.append((file, ast.parse(source)))
    if not trees or trees[0][0] != program or not all(is_complete(tree) for _, tree in trees):
        return None
    own = trees[0][1]
    is_argparse = any(
        "argparse" in imported_modules(tree) and calls(tree, "ArgumentParser") for _, tree in trees
    )
    if not is_argparse or not any(calls(tree, "parse_args") for _, tree in trees):
        return None
    local = {file.stem for file in files} | {file.parent.name for file in files}
    if _passes_parser(own, local):
        return None
    return [option for _, tree in trees for option in declared_options(tree)]


def _passes_parser(tree: ast.AST, local: set[str]) -> bool:
    """Whether a parser is passed to a function of a module that is not in the project."""
    parsers = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and "parser" in target.id.lower()
    }
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] in local):
            own |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            passed = {a.id for a in node.args if isinstance(a, ast.Name)} & parsers
            function = node.func.id if isinstance(node.func, ast.Name) else ""
            if passed and function not in own:
                return True
    return False


def _names(loaded: Loaded) -> Iterator[tuple[YamlPath, str]]:
    assert loaded.config is not None
    specs = loaded.config.hyper_tuning.parameter_specs
    tuned = {spec.name for spec in specs}
    for i, item in enumerate(loaded.document.data["hyper_tuning"]["parameter_specs"]):
        if isinstance(item, dict) and item.get("name") in tuned:
            yield ("hyper_tuning", "parameter_specs", i, "name"), str(item["name"])
    for name in loaded.config.parameters:
        if name not in tuned:
            yield ("parameters", name), name


def _check(
    reader: Reader, path: YamlPath, name: str, dashes: str, program: str, options: list[Option]
) -> None:
    written = f"{dashes}{name}"
    found = _option(written, options)
    is_key = path[0] == "parameters"
    if found is None:
        known = {n.removeprefix(dashes): n for o in options for n in o.names if n.startswith(dashes)}
        guess = closest_match(name, known)
        if guess is None:
            message = text("{program} has no option {option}.", program=program, option=written)
            reader.report(Severity.WARNING, "unknown-option", path, message, key=is_key)
            return
        message = text(
            "{program} has no option {option}; did you mean {guess}?",
            program=program, option=written, guess=known[guess],
        )  # fmt: skip
        fix = (
            None
            if is_key
            else (text("Change to {value}", value=guess), lambda: reader.document.set(path, guess))
        )
        reader.report(Severity.WARNING, "unknown-option", path, message, key=is_key, fix=fix)
    elif found.kind == "flag":
        message = text(
            "{option} of {program} is a switch: it takes no value.", program=program, option=written
        )
        reader.report(Severity.WARNING, "switch", path, message, key=is_key)
    elif found.kind == "bool":
        message = text(
            "{option} of {program} has type=bool, which takes every text for true, even “false”.",
            program=program, option=written,
        )  # fmt: skip
        reader.report(Severity.WARNING, "always-true", path, message, key=is_key)


def _option(written: str, options: list[Option]) -> Option | None:
    """The option of a spelling; argparse accepts the start of a long one if it fits no other."""
    exact = next((o for o in options if written in o.names), None)
    begun = [o for o in options if any(n.startswith(written) for n in o.names)] if written[:2] == "--" else []
    return exact or (begun[0] if len(begun) == 1 else None)
