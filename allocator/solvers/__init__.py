"""Solvers: each is data over a bridge.  See ``catalogue`` and ``highs``."""
