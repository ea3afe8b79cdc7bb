"""The mathematics of Allocator: one topic a file, one formulation a question.

A formulation is a module with ``build(instance)``, which returns a Pyomo abstract model
and reads as a table of contents.  Sets are upper-case plurals; an index letter means one
thing everywhere:

====== ================================ ====== ==================================
``a``  area                             ``f``  fund
``i``  state a child leaves             ``o``  owner of a balance, limit or target:
``j``  state a child enters                    an area, or ``all``
``l``  state a child goes to instead    ``g``  tier
``p``  service                          ``t``  period, 1 the first
``b``  band of diminishing returns      ``y``  financial year
====== ================================ ====== ==================================

Counts are children and cases per year; money is in millions of pounds at the instance's
price base, because solvers keep their accuracy when numbers are of one size.

``pyomo.core`` is imported rather than ``pyomo.environ``, which loads every solver's plugin too: a
tenth of a second of every command.

A floor under an expression is written ``a - b >= 0``: Pyomo reads ``a >= b`` as
``b - a <= 0``, and the dual would have the sign of less being asked for instead of more.
"""
