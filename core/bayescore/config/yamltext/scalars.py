"""Reading and writing scalars by the core schema of YAML 1.2 (section 10.3.2).

Reading follows YAML 1.2: ``1e-5`` is a number; ``on``, ``no`` and ``yes`` are strings.  The written text has
the same meaning for YAML 1.1 readers (PyYAML, and thus the official command line).
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

# Plain scalars that are not strings in YAML 1.1.
_NOT_STRING_1_1 = re.compile(
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

MAX_DIGITS = 3500  # Python refuses to print longer integers


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
    """Shortest text that both YAML versions read as exactly this float."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    shown = repr(value)
    mantissa, e, exponent = shown.partition("e")
    if e and "." not in mantissa:
        mantissa += ".0"  # without the point 1e-05 is a string in YAML 1.1
    return f"{mantissa}{e}{exponent}"


def render(value: Any, *, quote: str = "", flow: bool = False) -> str:
    """Render a scalar.

    Parameters
    ----------
    value
        None, bool, int, float or str.
    quote
        ``"'"`` or ``'"'``: quotes to use for a string where possible.
    flow
        Whether the scalar is inside ``[]`` or ``{}``.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return render_float(value)
    return _render_string(str(value), quote, flow)


def _render_string(value: str, quote: str, flow: bool) -> str:
    if _NOT_PRINTABLE.search(value) or "\n" in value or "\t" in value:
        return _double_quoted(value)
    if quote == '"':
        return _double_quoted(value)
    if quote == "'" or not _plain_is_string(value, flow):
        return "'" + value.replace("'", "''") + "'"
    return value


def _double_quoted(value: str) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return _NOT_PRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)


def _plain_is_string(value: str, flow: bool) -> bool:
    if (
        not value
        or value != value.strip()
        or not isinstance(resolve(value), str)
        or _NOT_STRING_1_1.match(value)
    ):
        return False
    if not _SAFE_PLAIN.match(value[0]):
        follower = value[1:2]
        if value[0] not in "-?:" or not follower or not _SAFE_PLAIN.match(follower) or value[:3] == "---":
            return False
    if value.startswith("..."):
        return False
    return not _UNSAFE_INSIDE.search(value) and not (flow and re.search(r"[,\[\]{}:?]", value))
