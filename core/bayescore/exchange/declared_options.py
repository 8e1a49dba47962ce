"""The command-line options that a Python program declares, read from its source; the program is not run.

Covers argparse, click, Typer, Python Fire, jsonargparse and absl. Only what is written literally is used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

_MOST_CHOICES = 100  # of a range that is written as the choices of an option
_CALLERS = {"run": "typer", "Fire": "fire", "CLI": "jsonargparse", "auto_cli": "jsonargparse"}
_FLAGS = {
    "DEFINE_float": "float", "DEFINE_integer": "int", "DEFINE_enum": "str", "DEFINE_string": "str",
    "DEFINE_bool": "flag", "DEFINE_boolean": "flag",
}  # fmt: skip
_UNKNOWN_PARSERS = frozenset((  # calls that give a program options which its source does not name
    "parse_known_args", "add_argparse_args", "add_arguments", "add_class_arguments", "add_subclass_arguments",
    "add_function_arguments", "add_lightning_class_args", "HfArgumentParser", "from_argparse_args",
    "add_config_arguments", "ignore_unknown_options",
))  # fmt: skip


@dataclass(frozen=True)
class Option:
    """An option as the program declares it.

    Attributes
    ----------
    kind
        The name of its type, ``flag`` if it takes no value, or ``truth`` for a boolean that can be false:
        ``bool`` is that of argparse, which takes every text for true.
    names
        Every spelling with its dashes; the first long one without them is ``name``.
    choices
        Empty if there are none, or ``None`` if they are not written literally.
    """

    name: str
    kind: str
    default: Any
    choices: tuple[Any, ...] | None = ()
    names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The option as it is written on the command line."""
        return next((n for n in self.names if n.lstrip("-") == self.name), self.name)


def declared_options(tree: ast.AST) -> list[Option]:
    """The options of a program, in the order of its source."""
    modules = imported_modules(tree)
    found = list(_of_argparse(tree))
    if "click" in modules:
        found += _of_click(tree)
    if "absl" in modules:
        found += _of_absl(tree)
    if modules & set(_CALLERS.values()):
        found += _of_signatures(tree, modules)
    return found


def is_complete(tree: ast.AST) -> bool:
    """Whether a program has no other options than those that its source names; a guess on the safe side."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            if name in _UNKNOWN_PARSERS or any(k.arg in ("parents", "prefix_chars") for k in node.keywords):
                return False
            if name == "add_argument" and not all(isinstance(literal(a), str) for a in node.args):
                return False
        elif isinstance(node, ast.ClassDef) and "ArgumentParser" in {_last_name(b) for b in node.bases}:
            return False
    return True


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Calls of a function or method with this name, in the order of the source."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == name]
    return sorted(found, key=lambda c: (c.lineno, c.col_offset))


def called(call: ast.Call) -> str:
    """Name of the function or method that is called."""
    return _last_name(call.func)


def literal(node: ast.AST | None) -> Any:
    """Value of an expression that is written literally; ``None`` for another one."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def imported_modules(tree: ast.AST) -> set[str]:
    """The first parts of the names of the modules that a program imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def _last_name(node: ast.AST) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _of_argparse(tree: ast.AST) -> Iterator[Option]:
    for call in calls(tree, "add_argument"):
        option = _declared(call, [literal(a) for a in call.args])
        if option is not None:
            yield option


def _of_click(tree: ast.AST) -> Iterator[Option]:
    for call in calls(tree, "option"):
        option = _declared(call, [n.split("/")[0] for a in call.args if isinstance(n := literal(a), str)])
        if option is not None:
            yield replace(option, kind="truth") if option.kind == "bool" else option


def _declared(call: ast.Call, words: list[Any]) -> Option | None:
    """The option of a call such as ``add_argument``; ``None`` for a positional one."""
    names = tuple(n for n in words if isinstance(n, str) and n.startswith("-"))
    if not names:
        return None
    given = {k.arg: k.value for k in call.keywords if k.arg}
    default, kind_of = literal(given.get("default")), given.get("type")
    action = given.get("action")
    written = literal(action) if isinstance(literal(action), str) else _last_name(action) if action else ""
    kind = _kind(kind_of, default)
    if written.startswith("store_") or written in ("BooleanOptionalAction", "count", "help", "version"):
        kind = "flag"
    if literal(given.get("is_flag")) is True:
        kind = "flag"
    choices = given.get("choices")
    if isinstance(kind_of, ast.Call) and called(kind_of) == "Choice":  # of click
        choices = kind_of.args[0] if kind_of.args else None
    long = next((n for n in names if n.startswith("--")), names[0])
    return Option(long.lstrip("-"), kind, default, _choices(choices), names)


def _choices(node: ast.AST | None) -> tuple[Any, ...] | None:
    if node is None:
        return ()
    if isinstance(node, ast.Call) and called(node) == "range":
        ends = [literal(a) for a in node.args]
        if all(isinstance(end, int) for end in ends) and 1 <= len(ends) <= 3:
            return tuple(range(*ends)[:_MOST_CHOICES])
    values = literal(node)
    return tuple(values) if isinstance(values, list | tuple | set) else None


def _kind(node: ast.AST | None, default: Any) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(default, bool):
        return "truth"
    return type(default).__name__ if default is not None else "str"


def _of_absl(tree: ast.AST) -> Iterator[Option]:
    for function, kind in _FLAGS.items():
        for call in calls(tree, function):
            given = {k.arg: k.value for k in call.keywords if k.arg}
            values: list[ast.expr | None] = [*call.args, *[None] * 3]
            name = literal(given.get("name", values[0]))
            if isinstance(name, str):
                choices = given.get("enum_values", values[2]) if function == "DEFINE_enum" else None
                default = literal(given.get("default", values[1]))
                yield Option(name, kind, default, _choices(choices), (f"--{name}",))


def _of_signatures(tree: ast.AST, modules: set[str]) -> Iterator[Option]:
    """Options that Typer, Fire and jsonargparse derive from the parameters of a function."""
    functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    for name, library in _CALLERS.items():
        for call in calls(tree, name) if library in modules else ():
            targets = [functions[n] for a in call.args if (n := _last_name(a)) in functions]
            for function in targets:
                yield from _of_function(function, library)
    for function in functions.values() if "typer" in modules else ():
        if any(isinstance(d, ast.Call) and called(d) == "command" for d in function.decorator_list):
            yield from _of_function(function, "typer")


def _of_function(function: ast.FunctionDef, library: str) -> Iterator[Option]:
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(function.args.defaults))
    defaults += function.args.defaults
    both = [*zip(positional, defaults, strict=True)]
    both += [*zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)]
    for argument, default in both:
        option = _of_argument(argument, default, library)
        if option is not None:
            yield option


def _of_argument(argument: ast.arg, default: ast.expr | None, library: str) -> Option | None:
    annotation, declaration = argument.annotation, default if isinstance(default, ast.Call) else None
    if isinstance(annotation, ast.Subscript) and _last_name(annotation.value) == "Annotated":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        annotation = parts[0]
        declaration = next((p for p in parts[1:] if isinstance(p, ast.Call)), declaration)
    elif declaration is not None:
        default = declaration.args[0] if declaration.args else None
    if declaration is not None and called(declaration) == "Argument":
        return None  # without a name on the command line
    words = [literal(a) for a in declaration.args] if declaration is not None else []
    name = argument.arg.replace("_", "-") if library == "typer" else argument.arg
    named = tuple(w for w in words if isinstance(w, str) and w.startswith("-"))
    long = next((w.split("/")[0].lstrip("-") for w in named if w.startswith("--")), name)
    value, choices = literal(default), ()
    if isinstance(annotation, ast.Subscript) and _last_name(annotation.value) == "Literal":
        inner = literal(annotation.slice)
        choices = inner if isinstance(inner, tuple) else (inner,)
    kind = _kind(annotation, value)
    if kind == "bool":
        kind = "flag" if library == "typer" else "truth"
    return Option(long, kind, value, choices, named or (f"--{long}",))
