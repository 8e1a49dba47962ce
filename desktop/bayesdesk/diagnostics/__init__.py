"""Diagnostics: problems of this machine and how to fix them."""
