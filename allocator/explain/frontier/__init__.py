"""What targets cost and what money reaches, every breakpoint exact.

A file for each number that moves (``target``, ``budget``, ``fairness``, ``benefits``); ``curve`` is
what they share, ``walk`` follows the price from breakpoint to breakpoint.
"""
