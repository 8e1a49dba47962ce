"""Hostile results and search spaces of other tools."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import yaml

from bayescore.errors import ConfigError
from bayescore.exchange.readers import read_study
from bayescore.exchange.search_spaces import convert_space
from bayescore.exchange.study import validated
from hostile.files import content

_VALUES = (
    0, 1, -1, 0.5, 1e308, -1e308, 1e-320, float("inf"), float("nan"), 10**30, "", "x", "名", "\ud800", None, True, [],
    {}, [[1]], {"a": [1, {}]}, b"\x00\xff", "0001-01-01 00:00:00", "9999-12-31", "COMPLETE", "RUNNING", 2**62,
)  # fmt: skip
_PLAIN = tuple(v for v in _VALUES if not isinstance(v, list | dict) and v not in (10**30, "\ud800"))
_TABLES = {
    "version_info": ("schema_version", (12,)),
    "studies": ("study_id, study_name", (1, "s")),
    "study_directions": ("study_id, direction", (1, "MAXIMIZE")),
    "trials": ("trial_id, study_id, number, state, datetime_start, datetime_complete",
               (1, 1, 0, "COMPLETE", "2026-01-01 00:00:00", None)),
    "trial_params": ("param_id, trial_id, param_name, param_value, distribution_json",
                     (1, 1, "x", 0.5, '{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0}}')),
    "trial_values": ("trial_id, value", (1, 0.9)),
    "trial_intermediate_values": ("trial_id, step, intermediate_value", (1, 0, 0.1)),
    "trial_system_attributes": ("trial_id, key, value_json", (1, "fixed_params", '{"x": 0.5}')),
}  # fmt: skip


class Imports:
    """A project to import into, and a folder for the sources."""

    def __init__(self, root: Path, project: Path) -> None:
        self._root = root
        self._project = project
        root.mkdir(parents=True, exist_ok=True)

    def check(self, rng: random.Random) -> None:
        """Import a source; it must be read or refused with a message."""
        kind = rng.choice(["storage", "storage", "bytes", "table", "sweep", "space", "file"])
        file = self._root / {"table": "t.csv", "bytes": "t.db"}.get(kind, "s.db")
        file.unlink(missing_ok=True)
        with suppress(ConfigError):
            if kind == "storage":
                _storage(rng, file)
                study = read_study(file, self._project)
            elif kind in ("bytes", "table"):
                file.write_bytes(_table(rng) if kind == "table" else rng.randbytes(rng.randrange(5000)))
                study = read_study(file, self._project)
            else:
                written = _sweep(rng) if kind == "sweep" else _space(rng)
                words = content(rng).decode("utf-8", "replace") if kind == "file" else written
                convert_space(words)
                study = None
            if study is not None:
                json.dumps([r.render("zh") for r in validated(study).remarks])


def _storage(rng: random.Random, file: Path) -> None:
    """A valid storage with some values, a table or some bytes changed."""
    with closing(sqlite3.connect(file)) as made:
        for name, (columns, row) in _TABLES.items():
            if rng.random() < 0.02:
                continue
            made.execute(f"CREATE TABLE {name} ({columns})")
            for _ in range(rng.choice([1, 1, 1, 0, 3])):
                changed = [rng.choice(_PLAIN) if rng.random() < 0.08 else value for value in row]
                if name == "trial_params" and rng.random() < 0.5:
                    changed[-1] = _distribution(rng)
                made.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", changed)
        made.commit()
    if rng.random() < 0.2:
        raw = bytearray(file.read_bytes())
        for _ in range(rng.randint(1, 30)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        file.write_bytes(raw)


def _distribution(rng: random.Random) -> str:
    plain = [v for v in _VALUES if not isinstance(v, bytes)]
    attributes = {
        k: rng.choice(plain) for k in ("low", "high", "step", "log", "choices") if rng.random() < 0.7
    }
    if rng.random() < 0.5:
        attributes["choices"] = [rng.choice(plain) for _ in range(rng.randrange(4))]
    kind = rng.choice(["FloatDistribution", "IntDistribution", "CategoricalDistribution", "", None])
    return json.dumps({"name": kind, "attributes": rng.choice([attributes, attributes, [], None])})


def _table(rng: random.Random) -> bytes:
    cells = (
        "x",
        "score",
        "1",
        "0.5",
        "inf",
        "nan",
        "1e999",
        '"',
        "'",
        ",",
        "\t",
        ";",
        "\n",
        "\r",
        "\x00",
        "失败",
        "a" * 999,
    )
    head = rng.choice(["x,score\n", "x\tscore\tstate\n", "score;x\n", "\ufeffx,score\n", ""])
    return (head + "".join(rng.choice(cells) for _ in range(rng.randrange(200)))).encode()


def _sweep(rng: random.Random) -> str:
    about = [{k: _some(rng) for k in ("min", "max", "value", "values", "distribution", "q", "mu", "sigma")
              if rng.random() < 0.4} for _ in range(3)]  # fmt: skip
    return _written(
        {"method": _some(rng), "parameters": dict(zip("abc", about, strict=True)), "program": _some(rng)}
    )


def _space(rng: random.Random) -> str:
    kinds = ("choice", "randint", "uniform", "quniform", "qloguniform", "normal", "lognormal", "?")
    return _written({n: {"_type": rng.choice(kinds), "_value": [_some(rng) for _ in range(3)]} for n in "ab"})


def _some(rng: random.Random) -> object:
    return rng.choice([*(v for v in _VALUES if v != "\ud800"), "log_uniform", "q_uniform", [0, 1], ["a", 1]])


def _written(value: object) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True))
