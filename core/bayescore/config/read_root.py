"""Reading the root settings: command, runtime, data bindings, parameters."""

from __future__ import annotations

import json
import math
import re
from functools import partial
from typing import Any

from bayescore.config.models import Access, DataBinding, ParameterValue, Secret
from bayescore.config.options_place import Replacement, obstacle
from bayescore.config.problems import Severity
from bayescore.config.read_tuning import KEYS as TUNING_KEYS
from bayescore.config.reader import Reader, closest_match
from bayescore.config.runtimes import image_for_runtime, runtime_names
from bayescore.config.yamltext import Edit, Path, YamlDocument
from bayescore.i18n import text

BINDING_KEYS = ("data_bindings", "data_binding", "bindings", "binding")
ROOT_KEYS = (*BINDING_KEYS, "resource", "env", "command", "node", "parameters", "hyper_tuning")
_OFFICIAL_ROOT: dict[str, Any] = {
    "resource": "rtx-4090",
    "env": "pytorch-2.6-2204",
    "node": 1,
    "parameters": {},
}
_OFFICIAL_TUNING: dict[str, Any] = {"parallel_count": 1, "side_metrics": []}
_ACCESS = {
    "ro": "ro",
    "rw": "rw",
    "READ_ONLY": "ro",
    "READ_WRITE": "rw",
    "readonly": "ro",
    "readwrite": "rw",
}
_MOUNT = re.compile(r"/(?:input[0-4]|output)\Z")
MAX_INPUTS = 5
_MAX_FIXED_CHARACTERS = 32_768
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Digits that begin with 0, the hexadecimal digits of a commit, another base: 0123456, 3e563, 67217e15, 0x1f.
_LOOKS_LIKE_CODE = re.compile(r"[-+]?0[0-9]+\Z|[0-9]{4,}[eE][0-9]+\Z|[0-9]+[eE][0-9]{3,}\Z|[-+]?0[xo]")
_LOOKS_LIKE_VERSION = re.compile(r"[-+]?[0-9]+\.[0-9]*0\Z|\+")  # 3.10, which becomes 3.1


def read_command(reader: Reader) -> str | None:
    """Read the command; reports a problem and returns ``None`` when there is none."""
    command = reader.text(("command",))
    if command is None and not reader.has(("command",)):
        reader.missing(("command",))
        return None
    if command is None or not command.strip():
        if not isinstance(reader.value(("command",)), dict | list):
            reader.error(
                "empty-command", ("command",), text("The command is empty, so there is nothing to run.")
            )
        return None
    _check_options_place(reader, command)
    return command


def _check_options_place(reader: Reader, command: str) -> None:
    """Report what would keep the parameters from the program: it would run with its defaults."""
    found = obstacle(command)
    if found is None:
        return
    path = ("command",)
    fix = (
        (found.fix.title, partial(_replaced, reader.document, path, command, found.fix))
        if found.fix
        else None
    )
    part = command[found.start : found.end]
    reader.report_part(Severity.ERROR, "command-options", path, found.message, part, fix)


def _replaced(document: YamlDocument, path: Path, command: str, change: Replacement) -> Edit:
    """The edit that changes characters of a text value, in its line if that is possible."""
    fixed = command[: change.start] + change.characters + command[change.end :]
    node = document.node(path)
    line = command.rfind("\n", 0, change.start) + 1
    head = command[line : change.end]
    at = document.text.rfind(head, node.start, node.end) if node and head else -1
    if at >= 0:
        start, end = at + change.start - line, at + change.end - line
        edit = Edit(start, document.text[start:end], change.characters)
        data = YamlDocument.parse(edit.apply(document.text)).data
        is_read_so = isinstance(data, dict) and str(data.get("command")).rstrip() == fixed.rstrip()
        if is_read_so and {**data, "command": ""} == {**document.data, "command": ""}:
            return edit
    return document.set(path, fixed)


def read_runtime(reader: Reader) -> str | None:
    """Read the name of the runtime (``env``); reports a warning when no image is known for it."""
    name = reader.text(("env",))
    if name and not image_for_runtime(name):
        guess = closest_match(name, runtime_names())
        message = text(
            "No image is known for the runtime environment “{name}”; set “image” in openbayes.local.yaml.",
            name=name,
        )
        if guess:
            message = text(
                "No image is known for the runtime environment “{name}”; did you mean “{guess}”? "
                "Or set “image” in openbayes.local.yaml.",
                name=name,
                guess=guess,
            )
        reader.warning("unknown-environment", ("env",), message)
    return name


def read_cloud_only(reader: Reader) -> tuple[str | None, int]:
    """Read ``resource`` and ``node``, which have an effect on the platform only."""
    resource = reader.text(("resource",))
    if resource:
        reader.hint(
            "cloud-only",
            ("resource",),
            text("“{key}” selects a machine of the platform; it has no effect here.", key="resource"),
            key=True,
        )
    node = reader.integer(("node",), allow_quoted=True)
    if node is not None and node > 1:
        reader.hint(
            "cloud-only",
            ("node",),
            text("“node” has an effect on the platform only; here each trial runs on one machine."),
            key=True,
        )
    return resource, node if node is not None else 1


def check_official(reader: Reader) -> None:
    """Report missing keys that the official command line requires, as one hint."""
    expected: list[tuple[Path, Any]] = [((key,), value) for key, value in _OFFICIAL_ROOT.items()]
    if isinstance(reader.value(("hyper_tuning",)), dict):
        expected += [(("hyper_tuning", key), _OFFICIAL_TUNING.get(key)) for key in TUNING_KEYS]
    missing = [
        (path, value)
        for path, value in expected
        if not reader.has(path) and (len(path) == 1 or path[-1] in _OFFICIAL_TUNING)
    ]
    if not missing:
        return
    names = ", ".join(str(path[-1]) for path, _ in missing)
    reader.hint(
        "official-needs",
        (),
        text("The official command line also requires: {names}.", names=names),
        # the text is parsed again for each added key, which takes too long for a large file
        fix=(text("Add them"), lambda: _with_missing_keys(reader, missing))
        if len(reader.document.text) < _MAX_FIXED_CHARACTERS
        else None,
    )


def _with_missing_keys(reader: Reader, missing: list[tuple[Path, Any]]) -> Any:
    from bayescore.config.yamltext import Edit

    document = reader.document
    for path, value in missing:
        document = document.apply(document.add(path[:-1], str(path[-1]), value))
    return Edit.between(reader.document.text, document.text)


# ---- data bindings


def read_bindings(reader: Reader) -> tuple[DataBinding, ...]:
    """Read the list of bound folders, in any of its spellings."""
    used = [key for key in BINDING_KEYS if reader.value((key,)) not in (None, [])]
    if not used:
        return ()
    for key in used[1:]:
        reader.warning(
            "several-binding-lists",
            (key,),
            text(
                "Only “{used}” is read; “{key}” is another spelling of the same list.", used=used[0], key=key
            ),
            key=True,
        )
    path: Path = (used[0],)
    if isinstance(reader.value(path), dict):  # the official models nest the list
        inner = next((key for key in BINDING_KEYS if reader.value((*path, key))), None)
        if inner is None:
            reader.list(path)
            return ()
        path = (*path, inner)
    bindings: list[DataBinding] = []
    for i, item in enumerate(reader.list(path) or []):
        at = (*path, i)
        binding = _short_binding(reader, at) if isinstance(item, str) else _long_binding(reader, at)
        if binding is not None and _is_acceptable(reader, at, binding, bindings):
            bindings.append(binding)
    inputs = [b for b in bindings if b.path != "/output"]
    if len(inputs) > MAX_INPUTS:
        reader.error("too-many-inputs", path, text("At most {limit} inputs can be bound.", limit=MAX_INPUTS))
    return tuple(bindings)


def parse_short_binding(written: str) -> tuple[str, str, str]:
    """Split ``DATA:PATH[:ro|rw]``; the default access is ``"ro"``.

    Raises
    ------
    ValueError
        When the path is missing or the access is unknown.
    """
    parts = written.rsplit(":", 2)
    if len(parts) == 3 and not parts[2].startswith("/"):
        data, path, access = parts
    else:
        data, _, path = written.rpartition(":")
        access = "ro"
    known = {k.casefold(): v for k, v in _ACCESS.items()}
    if not data or not path or access.casefold() not in known:
        raise ValueError(written)
    return data, path, known[access.casefold()]


def _short_binding(reader: Reader, at: Path) -> DataBinding | None:
    written = reader.text(at) or ""
    try:
        data, path, access = parse_short_binding(written)
    except ValueError:
        reader.error(
            "bad-binding", at, text("“{written}” is not DATA:PATH or DATA:PATH:ro|rw.", written=written)
        )
        return None
    return DataBinding(data=data, path=path, type=Access(access))


def _long_binding(reader: Reader, at: Path) -> DataBinding | None:
    if reader.mapping(at) is None:
        return None
    reader.unknown_keys(at, ("data", "path", "type", "name"))
    name = reader.text((*at, "name"))
    data, path = reader.text((*at, "data")) or name, reader.text((*at, "path"))
    access: str | None = "ro"
    if reader.value((*at, "type")) not in (None, ""):
        access = reader.choice((*at, "type"), _ACCESS)
    elif reader.has((*at, "type")):
        reader.hint(
            "official-needs",
            (*at, "type"),
            text("The official command line cannot read an empty type."),
            fix=(text("Change to {value}", value="ro"), lambda: reader.document.set((*at, "type"), "ro")),
        )
    for key, value in (("data", data), ("path", path)):
        if not value and not isinstance(reader.value((*at, key)), dict | list):
            reader.missing((*at, key))
    if not data or not path or access is None:
        return None
    return DataBinding(data=data, path=path, type=Access(access), name=name)


def _is_acceptable(reader: Reader, at: Path, binding: DataBinding, earlier: list[DataBinding]) -> bool:
    path = (*at, "path") if isinstance(reader.value(at), dict) else at
    if not _MOUNT.match(binding.path):
        reader.error(
            "bad-binding-path",
            path,
            text("“{path}” is not one of /input0 … /input4, /output.", path=binding.path),
        )
        return False
    if any(b.path == binding.path for b in earlier):
        reader.error("duplicate-path", path, text("{path} is bound twice.", path=binding.path))
        return False
    return True


# ---- parameters


def read_parameters(reader: Reader) -> tuple[dict[str, ParameterValue], dict[str, Secret]]:
    """Read the root parameters; secrets are returned separately and without their values."""
    plain: dict[str, ParameterValue] = {}
    secrets: dict[str, Secret] = {}
    path: Path = ("parameters",)
    specs = reader.value(("hyper_tuning", "parameter_specs"))
    tuned = {str(s.get("name")) for s in specs if isinstance(s, dict)} if isinstance(specs, list) else set()
    for key, value in (reader.mapping(path) or {}).items():
        at, name = (*path, key), str(key)
        if name in tuned:
            reader.hint(
                "tuned-wins", at, text("“{name}” is tuned, so this value is not used.", name=name), key=True
            )
        if isinstance(value, dict):
            secret = _secret(reader, at)
            if secret is not None:
                secrets[name] = secret
        else:
            plain[name] = value
            _check_number(reader, at, name, value)
    return plain, secrets


def _check_number(reader: Reader, at: Path, name: str, value: Any) -> None:
    """Report a code, such as a commit or a zip code, that YAML reads as a number and so changes."""
    node = reader.document.node(at)
    if not isinstance(value, int | float) or isinstance(value, bool) or node is None:
        return
    written = reader.document.text[node.start : node.end]
    passed = "null" if math.isinf(value) else json.dumps(value)
    is_code = _LOOKS_LIKE_CODE.match(written) is not None
    if passed != written and (is_code or _LOOKS_LIKE_VERSION.match(written)):
        reader.report(
            Severity.WARNING if is_code else Severity.HINT,
            "code-as-number",
            at,
            text(
                "YAML reads {written} as a number: the program gets --{name}={passed}. "
                "If it is a code, quote it.",
                written=written,
                name=name,
                passed=passed,
            ),
            fix=(text("Quote it"), lambda: reader.document.set(at, written)),
        )


def _secret(reader: Reader, at: Path) -> Secret | None:
    reader.unknown_keys(at, ("is_secret", "isSecret", "source", "env", "value"))
    flag = "isSecret" if reader.has((*at, "isSecret")) else "is_secret"
    is_secret = reader.boolean((*at, flag))
    source, variable = reader.value((*at, "source")), reader.text((*at, "env"))
    has_value = reader.has((*at, "value"))
    if not is_secret:
        if reader.has((*at, "source")):
            message = text("“source” is for secrets only; add is_secret: true.")
            reader.error("secret-source-without-flag", (*at, "source"), message, key=True)
        else:
            reader.error(
                "secret-not-marked",
                at,
                text("A parameter whose value is a mapping must have is_secret: true."),
            )
        return None
    if source is None:
        if not has_value:
            reader.error("secret-without-value", at, text("A secret needs source: env and env: NAME."))
            return None
        reader.warning(
            "secret-in-file",
            (*at, "value"),
            text(
                "This secret is in clear text. Use an environment variable instead: source: env, env: NAME."
            ),
            key=True,
        )
        return Secret()
    if has_value:
        reader.error(
            "secret-source-and-value",
            (*at, "value"),
            text("A secret can have a source or a value, not both."),
        )
    elif source != "env":
        reader.error(
            "secret-unknown-source", (*at, "source"), text("The source of a secret can only be “env”.")
        )
    elif not variable:
        reader.error(
            "secret-without-env",
            (*at, "source"),
            text("The secret does not name its environment variable: add env: NAME."),
        )
    elif not _VARIABLE_NAME.match(variable):
        reader.error(
            "secret-bad-env",
            (*at, "env"),
            text("“{name}” is not a valid name of an environment variable.", name=variable),
        )
    else:
        return Secret(env=variable)
    return None
