"""The command line: ``bayesdesk …``."""
