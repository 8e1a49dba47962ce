"""Several jobs share the places of one machine, or run one after the other."""

from __future__ import annotations
