"""The small process that stays with a trial's program; see ``__main__``."""
