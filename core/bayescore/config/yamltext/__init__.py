"""YAML text with positions, and minimal edits of it."""

from bayescore.config.yamltext.document import YamlDocument
from bayescore.config.yamltext.edit import AliasedError, Edit, EditError
from bayescore.config.yamltext.nodes import Kind, Node, Path

__all__ = ["AliasedError", "Edit", "EditError", "Kind", "Node", "Path", "YamlDocument"]
