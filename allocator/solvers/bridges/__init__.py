"""One file per interface: ``solve(task)`` reads the program from its file and answers.

Each brings what its solver says to one convention: the primal by column, the dual by row as
∂ minimised objective / ∂ right-hand side.  They are run by ``allocator.solvers.child``.
"""
