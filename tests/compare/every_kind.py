"""A program with every kind of row and bound, solved by hand: each holds or is slack on its own.

The pieces share no columns, but for a slack row over two of them, so every primal and dual
can be read off: e.g. -3a - b with a + b <= 4 is least at a = 4, its price is -3.
"""

from __future__ import annotations

FREE = """\
NAME every kind
ROWS
 N cost
 L le
 G ge
 E eq
 G range_low
 L range_high
 E eq_negative_r
 E eq_positive_r
 G minus_infinity
 L slack
 G negative_upper
 G alone
 L plus_infinity
COLUMNS
 a cost -3 le 1
 a slack 1
 b cost -1 le 1
 c cost 2 ge 1
 d cost 5 ge 2
 e cost 1 eq 1
 f cost -2 eq -1
 g cost 1 range_low 1
 h cost 4 range_low 1
 i cost -2 range_high 1
 j cost -1 range_high 1
 k cost 1 eq_negative_r 1
 l cost 3 eq_negative_r 1
 m cost -1 eq_positive_r 1
 n cost -0.5 eq_positive_r 1
 o cost 1 minus_infinity 1
 p cost 3 minus_infinity 1
 q cost 2 slack 1
 r cost -7 slack 1
 s cost 1 negative_upper 1
 t cost 5 negative_upper 1
 u cost 4 alone 2
 v cost -1 plus_infinity 1
 w cost 0.5 plus_infinity -2
RHS
 RHS cost -10
 RHS le 4
 RHS ge 6
 RHS eq 1
 RHS range_low 1
 RHS range_high 5
 RHS eq_negative_r 3
 RHS eq_positive_r 3
 RHS minus_infinity -7
 RHS slack 100
 RHS negative_upper -10
 RHS alone 6
 RHS plus_infinity 9
RANGES
 RNG range_low 4
 RNG range_high 4
 RNG eq_negative_r -2
 RNG eq_positive_r 2
BOUNDS
 UP BND e 3
 FR BND f
 MI BND o
 UP BND o 8
 LO BND q -4
 FX BND r 2.5
 MI BND s
 UP BND s -2
 PL BND v
 UP BND w 1
ENDATA
"""

PRIMAL = {
    "a": 4.0, "b": 0.0, "c": 6.0, "d": 0.0, "e": 3.0, "f": 2.0, "g": 1.0, "h": 0.0, "i": 5.0,
    "j": 0.0, "k": 1.0, "l": 0.0, "m": 5.0, "n": 0.0, "o": -7.0, "p": 0.0, "q": -4.0, "r": 2.5,
    "s": -10.0, "t": 0.0, "u": 3.0, "v": 11.0, "w": 1.0,
}  # fmt: skip
DUAL = {
    "le": -3.0, "ge": 2.0, "eq": 2.0, "range_low": 1.0, "range_high": -2.0,
    "eq_negative_r": 1.0, "eq_positive_r": -1.0, "minus_infinity": 1.0, "slack": 0.0,
    "negative_upper": 1.0, "alone": 2.0, "plus_infinity": -1.0,
}  # fmt: skip
COSTS = {
    "a": -3.0, "b": -1.0, "c": 2.0, "d": 5.0, "e": 1.0, "f": -2.0, "g": 1.0, "h": 4.0, "i": -2.0,
    "j": -1.0, "k": 1.0, "l": 3.0, "m": -1.0, "n": -0.5, "o": 1.0, "p": 3.0, "q": 2.0, "r": -7.0,
    "s": 1.0, "t": 5.0, "u": 4.0, "v": -1.0, "w": 0.5,
}  # fmt: skip
CONSTANT = 10.0  # the right-hand side of the objective, with its sign changed
OBJECTIVE = sum(COSTS[name] * PRIMAL[name] for name in PRIMAL) + CONSTANT


def maximised() -> str:
    """The same program, written as the maximisation of minus its objective."""
    lines = []
    for line in FREE.splitlines():
        words = line.split()
        if line.startswith("ROWS"):
            lines.append("OBJSENSE\n    MAX")
        if "cost" in words[:-1] and line.startswith(" "):
            at = words.index("cost") + 1
            words[at] = str(-float(words[at]))
            lines.append(" " + " ".join(words))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
