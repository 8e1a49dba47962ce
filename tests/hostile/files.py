"""Files that somebody else wrote: any bytes, and YAML that is almost sound."""

from __future__ import annotations

import random

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


def content(rng: random.Random) -> bytes:
    """Some file."""
    kind = rng.randrange(8)
    base = rng.choice([FILE, _LOCAL])
    if kind == 0:
        return rng.randbytes(rng.randrange(3000))
    if kind == 1:  # a sound file with some bytes changed
        raw = bytearray(base.encode())
        for _ in range(rng.randint(1, 10)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        return bytes(raw)
    if kind == 2:  # a sound file with odd words in it
        lines = base.splitlines()
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(lines) + 1)
            lines.insert(at, " " * rng.randrange(6) + _atom(rng))
        return "\n".join(lines).encode("utf-8", "surrogatepass")
    if kind == 3:  # a value replaced
        lines = base.splitlines()
        at = rng.randrange(len(lines))
        key, colon, _value = lines[at].partition(":")
        lines[at] = f"{key}{colon} {_atom(rng)}"
        return "\n".join(lines).encode("utf-8", "surrogatepass")
    if kind == 4:  # deep
        depth = rng.choice([50, 1000, 20_000])
        opened = rng.choice(["[", "{a: ", "- ", "? "])
        return (f"hyper_tuning: {opened * depth}\n").encode()
    if kind == 5:  # aliases of aliases
        levels, width = rng.randint(5, 40), rng.randint(5, 12)
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
        lines += [f"hyper_tuning: *a{levels - 1}", f"parameters: {{<<: *a{levels - 1}}}", "me: &me [*me]"]
        return "\n".join(lines).encode()
    if kind == 6:  # long
        line = rng.choice([b"a: 1\n", b"# comment\n", b"- x\n", b"  ", b"x"])
        return base.encode() + line * (rng.choice([10_000, 100_000]) // len(line))
    return "".join(rng.choice([_atom(rng), "\n", " ", ": ", "- ", ", "]) for _ in range(200)).encode(
        "utf-8", "surrogatepass"
    )


def check(rng: random.Random) -> None:
    """Read one file as both of the project's; an exception is a finding."""
    raw = content(rng)
    for read in (load_text, load_local_text):
        words, bad_offset = decode(raw)
        loaded = read(words, bad_offset=bad_offset)
        for problem in loaded.problems:
            assert str(problem)
            assert problem.line is None or problem.line >= 0


def _atom(rng: random.Random) -> str:
    return rng.choice(_ATOMS)
