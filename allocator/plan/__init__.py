"""A plan: its facts, its tidy tables, its moves, and how it is saved.

``plan`` is the record and what is asked of it, ``tables`` makes its tables from a solution,
``columns`` says what each column is, ``facts`` is its JSON, ``saving`` its folder; ``cash``,
``services``, ``staff``, ``benefits`` and ``fairness`` work out what people quote of it.
"""
