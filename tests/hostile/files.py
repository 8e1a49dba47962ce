"""Hostile files: random bytes, and YAML that is almost valid."""

from __future__ import annotations

import random
from collections.abc import Callable

from bayescore.config import load_local_text, load_text
from bayescore.config.load import decode
from support.builders import FILE

_LOCAL = "runner: docker\nimage: x\ngpus: [0, 1]\nmemory: 4g\nmounts: {a/b: /data}\nenvironment: {A: b}\n"
_ATOMS = (
    "null", "~", "true", "yes", "-1", "1e400", "-1e-400", ".inf", ".nan", "0x1F", "0o17", "1_000", "9" * 400,
    "'", '"', '"\\u0000"', "!!python/object:os.system x", "!!binary aGk=", "!!set {a}", "&a", "*a", "*nowhere",
    "<<: *a", "? x", "- - -", "[", "]", "{", "}", "|", ">", "%YAML 9.9", "---", "...", "\t", "\x1b[2J",
    "\u202e", "\ufeff", "\ud800", "2026-11-25", "12:30:45", "=", "@", "`", "名: 值", "a" * 5000, "#", ": :",
    "DOUBLE", "INTEGER", "CATEGORICAL", "DISCRETE", "MAXIMIZE", "Bayesian", "parameter_specs:", "min_value: 0",
)  # fmt: skip
_BARE = FILE.partition("  parameter_specs:")[0] + "  parameter_specs:\n"


def _lines(line: Callable[[int], str], size: int = 240_000) -> str:
    """Numbered lines with this number of characters in total."""
    return "\n".join(line(i) for i in range(size // (len(line(99_999)) + 1))) + "\n"


def _listed(item: Callable[[int], str], size: int = 200_000) -> str:
    return "[" + ", ".join(item(i) for i in range(size // (len(item(99_999)) + 2))) + "]"


def _bomb(begin: str, opened: str, closed: str, key: str) -> str:
    """Nested aliases that expand to 10 to the power of 29 values."""
    lines = [f"a0: &a0 {begin}"]
    for i in range(1, 30):
        inner = ", ".join(f"{key.format(j)}*a{i - 1}" for j in range(10))
        lines.append(f"a{i}: &a{i} {opened}{inner}{closed}")
    return "\n".join(lines) + "\n"


_LISTS, _MAPPINGS = _bomb("[x]", "[", "]", ""), _bomb("{x: 1}", "{", "}", "k{}: ")
# Files below the size limit that once took minutes, or all memory, to check.
LARGE: dict[str, Callable[[], str]] = {
    "unknown keys": lambda: _lines(lambda i: f"k{i}: 1") + FILE,
    "misspelt keys": lambda: _lines(lambda i: f"comman{i}: 1") + FILE,
    "keys in one line": lambda: FILE + "parameters: {" + ", ".join(f"k{i}: 1" for i in range(20_000)) + "}\n",
    "the same key": lambda: _lines(lambda _: "a: 1") + FILE,
    "keys of one hash": lambda: FILE + "parameters:\n" + _lines(lambda i: f"  {i * (2**61 - 1)}: 1", 90_000),
    "empty secrets": lambda: FILE + "parameters:\n" + _lines(lambda i: f"  k{i}: {{}}"),
    "misspelt types": lambda: _BARE + _lines(lambda i: f"    - {{name: x{i}, type: DUBLE}}"),
    "misspelt bindings": lambda: FILE + "data_bindings:\n" + _lines(lambda _: "- {dat: a}"),
    "many fixes": lambda: (
        _BARE
        + _lines(
            lambda i: f"    - {{name: x{i}, type: DOUBLE, min_value: 2, max_value: 1, discrete_values: 1}}"
        )
    ),
    "a grid of ranges": lambda: (
        _BARE.replace("Random", "Grid")
        + _lines(lambda i: f"    - {{name: x{i}, type: DOUBLE, min_value: 0, max_value: 1}}")
    ),
    "many choices": lambda: (
        _BARE + f"    - {{name: x, type: CATEGORICAL, categorical_values: {_listed(lambda i: f'v{i}')}}}\n"
    ),
    "numbers as choices": lambda: (
        _BARE + f"    - {{name: x, type: CATEGORICAL, categorical_values: {_listed(lambda i: f'{i}')}}}\n"
    ),
    "one value often": lambda: (
        _BARE + f"    - {{name: x, type: DISCRETE, discrete_values: {_listed(lambda _: '1')}}}\n"
    ),
    "many side metrics": lambda: FILE.replace("[loss]", _listed(lambda i: f"m{i}")),
    "a bomb in a parameter": lambda: _LISTS + FILE + "parameters: {a: *a29}\n",
    "a bomb as a secret": lambda: _MAPPINGS + FILE + "parameters: {a: *a29}\n",
    "a bomb merged": lambda: _MAPPINGS + FILE + "parameters: {<<: *a29}\n",
    "a bomb as a key": lambda: _LISTS + "? *a29\n: 1\n" + FILE,
    "a bomb beside a fix": lambda: (
        _LISTS + _BARE + "    - {name: x, type: DOUBLE, min_value: 2, max_value: 1, more: *a29}\n"
    ),
    "a bomb in side metrics": lambda: _LISTS + FILE.replace("[loss]", "[*a29, *a28]"),
    "one long text often": lambda: (
        "a: &a " + "x" * 100_000 + "\nb: " + _listed(lambda _: "*a", 90_000) + "\n" + FILE
    ),
    "keys of keys": lambda: "? " * 50 + "a\n" + FILE,
    "a hexadecimal number": lambda: FILE.replace("10", "0x" + "9" * 200_000, 1),
    "a long number": lambda: FILE.replace("10", "9" * 200_000, 1),
    "a long environment": lambda: FILE + "env: " + "-" * 200_000 + "\n",
    "local: unknown keys": lambda: _lines(lambda i: f"runne{i}: 1"),
    "local: GPUs": lambda: f"gpus: {_listed(lambda i: f'{i}')}\n",
    "local: blanks in a size": lambda: "memory: '1" + " " * 200_000 + "x'\n",
    "local: a long size": lambda: "memory: " + "9" * 200_000 + "t\n",
    "local: a long time": lambda: "trial_timeout: " + "9" * 200_000 + "d\n",
    "local: a bomb": lambda: _LISTS + "environment: {a: *a29}\ngpus: [*a29]\n",
}


def content(rng: random.Random) -> bytes:
    """A random file."""
    kind = rng.randrange(9)
    if kind == 8:
        return rng.choice(list(LARGE.values()))().encode()
    base = rng.choice([FILE, _LOCAL])
    if kind == 0:
        return rng.randbytes(rng.randrange(3000))
    if kind == 1:  # a valid file with some bytes changed
        raw = bytearray(base.encode())
        for _ in range(rng.randint(1, 10)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        return bytes(raw)
    if kind == 2:  # a valid file with unusual words
        lines = base.splitlines()
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(lines) + 1)
            lines.insert(at, " " * rng.randrange(6) + _atom(rng))
        return "\n".join(lines).encode("utf-8", "surrogatepass")
    if kind == 3:  # one value replaced
        lines = base.splitlines()
        at = rng.randrange(len(lines))
        key, colon, _value = lines[at].partition(":")
        lines[at] = f"{key}{colon} {_atom(rng)}"
        return "\n".join(lines).encode("utf-8", "surrogatepass")
    if kind == 4:  # deep nesting
        depth = rng.choice([50, 1000, 20_000])
        opened = rng.choice(["[", "{a: ", "- ", "? "])
        return (f"hyper_tuning: {opened * depth}\n").encode()
    if kind == 5:  # nested aliases
        levels, width = rng.randint(5, 40), rng.randint(5, 12)
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
        lines += [f"hyper_tuning: *a{levels - 1}", f"parameters: {{<<: *a{levels - 1}}}", "me: &me [*me]"]
        return "\n".join(lines).encode()
    if kind == 6:  # long values
        line = rng.choice([b"a: 1\n", b"# comment\n", b"- x\n", b"  ", b"x"])
        return base.encode() + line * (rng.choice([10_000, 100_000]) // len(line))
    return "".join(rng.choice([_atom(rng), "\n", " ", ": ", "- ", ", "]) for _ in range(200)).encode(
        "utf-8", "surrogatepass"
    )


def check(rng: random.Random) -> None:
    """Read a file as both files of a project; it must not raise."""
    raw = content(rng)
    for read in (load_text, load_local_text):
        words, bad_offset = decode(raw)
        loaded = read(words, bad_offset=bad_offset)
        for problem in loaded.problems:
            assert str(problem)
            assert problem.line is None or problem.line >= 0


def _atom(rng: random.Random) -> str:
    return rng.choice(_ATOMS)
