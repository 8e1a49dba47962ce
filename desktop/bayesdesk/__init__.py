"""Bayesdesk's desktop application; its window is built on top of ``bayescore``."""
