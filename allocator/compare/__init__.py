"""The same program through many solvers: measured from outside, judged from the arrays.

``problems`` → ``race`` (a process for every run) → ``judge`` (the certificate decides) →
``agreement`` and ``face`` (do the answers agree, and is there but one) → ``summary``, ``text``.
"""
