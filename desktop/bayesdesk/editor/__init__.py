"""The editor of a project: form and YAML over one text."""
