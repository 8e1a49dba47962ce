"""Scalars between text and data, by the core schema of YAML 1.2 (section 10.3.2).

Reading follows YAML 1.2: ``1e-5`` is a number; ``on``, ``no`` and ``yes`` are text.
Writing makes text that YAML 1.1 readers (PyYAML, and with it the official command
line) understand in the same way, so a value never changes its type between programs.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCT = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)\Z")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)\Z")

# What a YAML 1.1 reader would take for something other than text.
_ELEVEN = re.compile(
    r"""(?: yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N|=|<<
    | [-+]?0b[0-1_]+ | [-+]?0[0-7_]+ | [-+]?[0-9][0-9_]* | [-+]?0x[0-9a-fA-F_]+
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    | [-+]?[0-9._]+(?:[eE][-+]?[0-9]+)?
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.* )\Z""",
    re.X,
)
_SAFE_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`\x00-\x1f\x7f-\xa0\ufeff\ud800-\udfff]")
_UNSAFE_INSIDE = re.compile("[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]|: |:$| #")
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\u2028\u2029\ufeff\ufffe\uffff]")

MAX_DIGITS = 3500  # Python refuses to print longer integers (hexadecimal ones too); nobody tunes with one


def resolve(source: str) -> Any:
    """Data of a plain (unquoted) scalar.

    Returns
    -------
    None, bool, int, float or str
    """
    if _NULL.match(source):
        return None
    if source in _BOOL:
        return _BOOL[source]
    if _INT.match(source):
        return int(source) if len(source) < MAX_DIGITS else source
    if _OCT.match(source) or _HEX.match(source):
        return int(source, 0) if len(source) < MAX_DIGITS else source
    if _FLOAT.match(source):
        return float(source)
    if match := _INFINITY.match(source):
        return -math.inf if match[1] == "-" else math.inf
    return math.nan if _NAN.match(source) else source


def render_float(value: float) -> str:
    """Shortest text that both YAML versions read back as exactly this float."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    shown = repr(value)
    mantissa, e, exponent = shown.partition("e")
    if e and "." not in mantissa:
        mantissa += ".0"  # YAML 1.1 wants the point: without it 1e-05 is text there
    return f"{mantissa}{e}{exponent}"


def render(value: Any, *, quote: str = "", flow: bool = False) -> str:
    """Text of one scalar.

    Parameters
    ----------
    value
        None, bool, int, float or str.
    quote
        ``"'"`` or ``'"'``: the style to keep for text, where it can be kept.
    flow
        Whether the scalar stands inside ``[]`` or ``{}``.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return render_float(value)
    return _render_text(str(value), quote, flow)


def _render_text(value: str, quote: str, flow: bool) -> str:
    if _NOT_PRINTABLE.search(value) or "\n" in value or "\t" in value:
        return _double(value)
    if quote == '"':
        return _double(value)
    if quote == "'" or not _plain_is_text(value, flow):
        return "'" + value.replace("'", "''") + "'"
    return value


def _double(value: str) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return _NOT_PRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)


def _plain_is_text(value: str, flow: bool) -> bool:
    if not value or value != value.strip() or not isinstance(resolve(value), str) or _ELEVEN.match(value):
        return False
    if not _SAFE_PLAIN.match(value[0]):
        follower = value[1:2]
        if value[0] not in "-?:" or not follower or not _SAFE_PLAIN.match(follower) or value[:3] == "---":
            return False
    if value.startswith("..."):
        return False
    return not _UNSAFE_INSIDE.search(value) and not (flow and re.search(r"[,\[\]{}:?]", value))
