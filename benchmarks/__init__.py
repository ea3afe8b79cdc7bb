"""Allocator measured beside its peers, in one run, on one machine.

``make bench`` writes ``results.md``.  Nothing here is asserted about time; that the programs
compared are the same program is.
"""
