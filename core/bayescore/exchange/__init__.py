"""Results to and from other tools: files that they read, files that they wrote."""

from bayescore.exchange.sources import bring_in, past_of

__all__ = ["bring_in", "past_of"]
