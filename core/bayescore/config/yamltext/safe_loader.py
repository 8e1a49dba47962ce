"""What PyYAML's safe loader refuses in a text that is valid YAML; the platform reads the file with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from bayescore.config.yamltext.nodes import Kind, Node, Tree, walk
from bayescore.i18n import Text, text

_STANDARD = "tag:yaml.org,2002:"
# Tags of collections, and the kind that they need.
_COLLECTIONS = {"seq": Kind.SEQUENCE, "omap": Kind.SEQUENCE, "pairs": Kind.SEQUENCE, "map": Kind.MAPPING,
                "set": Kind.MAPPING}  # fmt: skip
_CONSTRUCTED = re.compile(r"[-+.0-9=<]")  # how a plain scalar begins that may become something else than text
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?\Z")


@dataclass(frozen=True)
class Refusal:
    """A node that the loader cannot read, and why."""

    node: Node
    reason: Text


def refusals(tree: Tree) -> Iterator[Refusal]:
    """Every node that the loader refuses, in the order of the text."""
    keys = set()
    for node in walk(tree.root):
        for entry in node.entries:
            if entry.key.resolved.kind is not Kind.SCALAR:
                yield Refusal(entry.key, text("a list or mapping is a key here"))
            elif entry.key.written in ("<<", "="):
                keys.add(id(entry.key))
                if entry.key.written == "<<" and not entry.key.style and not _can_be_merged(entry.value):
                    yield Refusal(entry.value, text("“<<” needs a mapping"))
        if node.tag is not None and node.tag != "!":
            reason = _tag_refused(node, node.tag)
        elif node.kind is Kind.SCALAR and not node.style and id(node) not in keys:
            reason = _plain_refused(node)
        else:
            reason = None
        if reason is not None:
            yield Refusal(node, reason)


def _tag_refused(node: Node, tag: str) -> Text | None:
    shown = tag.replace(_STANDARD, "!!", 1)
    kind = tag.removeprefix(_STANDARD)
    if tag not in yaml.SafeLoader.yaml_constructors:
        return text("it does not know the tag {tag}", tag=shown)
    needed = _COLLECTIONS.get(kind, Kind.SCALAR)
    fits = node.kind is needed and (kind not in ("omap", "pairs") or all(map(_is_pair, node.items)))
    if fits and (needed is not Kind.SCALAR or _is_constructed(tag, node.written)):
        return None
    return text("the value does not fit the tag {tag}", tag=shown)


def _plain_refused(node: Node) -> Text | None:
    written = node.written
    if not _CONSTRUCTED.match(written) or _NUMBER.match(written):
        return None
    tag = _RESOLVER.resolve(yaml.ScalarNode, written, (True, False))  # type: ignore[no-untyped-call]
    if tag in yaml.SafeLoader.yaml_constructors and _is_constructed(tag, written):
        return None
    return text("it does not read {written} as a text; put it in quotes", written=written)


def _can_be_merged(node: Node) -> bool:
    value = node.resolved
    sources = value.items if value.kind is Kind.SEQUENCE else [value]
    return all(source.resolved.kind is Kind.MAPPING for source in sources)


def _is_pair(node: Node) -> bool:
    return node.resolved.kind is Kind.MAPPING and len(node.resolved.entries) == 1


def _is_constructed(tag: str, written: str) -> bool:
    try:
        yaml.constructor.SafeConstructor().construct_document(yaml.ScalarNode(tag, written))
    except (yaml.YAMLError, ValueError, KeyError, IndexError, OverflowError, AttributeError):
        return False  # PyYAML itself raises these
    return True


_RESOLVER = yaml.resolver.Resolver()
