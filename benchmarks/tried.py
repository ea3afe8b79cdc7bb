"""What was tried where an aim is missed, by the aim."""

from __future__ import annotations

from typing import Final

from benchmarks.kinds import KINDS

_IN_TWO: Final = (
    "What both share is not halved, and the faster areas are solved the larger is its part: "
    "reading, building, the master, the certificate and the tables of the whole are some 4 s at "
    "151 areas (12 before they were gone through twice). The host's "
    "pace moves by a fifth from minute to minute, so the least of some in turn counts. Tried: "
    "areas stay with their worker, only prices and values are sent; areas that are alike are "
    "dealt out to all workers (at the edge one had waited for the other for 4.1 of 29 s, now for "
    "1.5 of 23); workers begin with the next window before the last one's duals are gathered; "
    "the master begins where the last optimum's ended; prices laid out by columns, nothing "
    "priced twice, what binds read by columns, rubbish looked for less often, areas of one "
    "pattern sent with it once, what may wait is done where a core would be idle. As long: a core "
    "for each worker, the plan audited by one while it is laid out, each worker's first area "
    "solved while the others are sent, workers that are forked."
)

_INTERIOR: Final = "HiGHS on the extensive form, interior point"

_COUNCILS: Final = ("reading-2025", "reading-2025 as it was, by period")

_TEN: Final = (
    "Of 2.2 s imports are 0.6, ten programs and their check 0.4, the first future alone 0.2, "
    "and 0.6 the 73 times that HiGHS goes on from a future's last basis, 1,650 iterations. "
    "The more futures, the less each: at 30 the ratio is half of this."
)

TRIED: Final = {
    "151 × 40, build, of arrays by hand, numpy and scipy's time": (
        "Tried: each part of an index is looked up where it first varies, product sets and ranges "
        "set by set, tables by year as rows. numpy's stable sort takes 35 ms for the 2.4m entries; "
        "by 16-bit digits, by packed keys and by its vectorised sort it took 43 to 80."
    ),
    "a re-solve in a sweep, of bare highspy's time": (
        "Of 300 points 232 take no iteration, so in a long sweep what a point costs beside HiGHS "
        "shows; in a short one the first solve hides it. Of a point a certificate is 0.4 ms, its "
        "program and its facts a fifteenth; building the lines' ends and auditing the first, the "
        "last and the best point are of the sweep, not of a point. Tried: ends are changed once, "
        "prices of an audited plan are laid out by columns, HiGHS's lists become arrays at once."
    ),
    **{
        f"{council}, `allocator stress`, 10,000 draws": (
            "Two draws take 2.5 of 4.1 s: SALib alone is 2.2 s to import, of it pandas 0.6 and "
            "scipy.stats 1.2, which the quasi-random points need too."
        )
        for council in _COUNCILS
    },
    **{
        f"{council}, 10, 1 window{risk}, of the time of {_INTERIOR}": _TEN
        for council in _COUNCILS
        for risk in ("", ", risk weight 0.5")
    },
    **{
        f"reading-2025, 100, 1 window, of the time of {who}, not ended after 90 s, so at most": (
            "The other is given 90 s and had not ended, so the ratio is at most this."
        )
        for who in (_INTERIOR, "mpi-sppy's extensive form, HiGHS")
    },
    "1000 entries a year: CPU of a forecast, theirs over ours, imports left out": (
        "The peer's time hardly grows with the entries, ours is that of reading them. Tried: "
        "each different date is read once, its form worked out only where it is told (a quarter "
        "less)."
    ),
    "200 entries a year: error of the total, ours over theirs": (
        "Over twelve sets 0.8, 1.4 and 1.8% beside 1.0, 1.2 and 1.8%: both are what five years of "
        "200 entries leave unknown. By category ours is two fifths of theirs."
    ),
    "151 areas, years, the whole plan, of HiGHS's own time": (
        "Solved area by area HiGHS takes the lesser part: 2.3 s for ten windows, beside which "
        "reading, building and the tables of 151 areas weigh as much; the ratio of 1.17 was of "
        "the whole program's time. A like instance by years whose target is reached takes 26 s "
        "area by area and 60 as a whole."
    ),
    "One council, `--windows best`, of the floor script's time": (
        "Half is HiGHS, which the floor script has too; numpy's import is a tenth, and the ranges "
        "of prices, which the script does not ask for, a fifteenth. Tried: no pandas and no Pyomo "
        "on the way, templates kept, windows ruled out by the duals of those before."
    ),
    "12 areas, reached, area by area, of the whole's CPU": (
        "Two thirds are HiGHS's in the areas' own programs. Tried: bases from the area before, one "
        "table of each area's facts for all; the whole too begins at what happens if nothing does."
    ),
    "36 areas, reached, how much faster two processes are": _IN_TWO,
    **{
        f"151 × 40, period, {name}: {kind.about}, how much faster two processes are": _IN_TWO
        for name, kind in KINDS.items()
    },
    "`allocator explain`, one council": (
        "268 programs, 12,000 iterations, take half of the time: weights 0.7 s, what is tightest "
        "0.9, conflicts 0.8, the first windows 0.6, 130 sides and ranges of prices 0.6; pandas "
        "is 0.3. Tried: a side on which the range of a price goes on is not solved for (a "
        "fifth less); proofs at hand are read before they are sought; weights are gone on from "
        "(half of theirs; by each window's own basis two fifths more iterations, by primal simplex "
        "three times as many). What is tightest tells other digits from other bases."
    ),
    "`allocator explain`, twelve councils": (
        "Tried: areas one by one, the reach of a frontier by areas, what stops a window from the "
        "proof at hand. Prices on both sides of the rows that tie are solved for by the master."
    ),
    "`allocator alternatives`, twelve councils": (
        "A least or a most of one service is a program of all areas: 208 of them, and one round of "
        "pricing for each is a minute. All but a tenth is HiGHS's in the areas' programs. Each "
        "begins with the points of those before, at what they cost by it: a fifth are proved in "
        "one round, the rest take 15 to 60 of 12 areas and 3,000 to 90,000 iterations, since 17 "
        "rows tie the areas at once; the cost row's price is nought in most. Functions are scaled, "
        "so none is left to the whole program (one to two minutes). The whole by primal simplex "
        "takes 800 to 4,500 iterations, but each is ten times as long (1 to 4.5 s), by interior "
        "point 25 s. Tried, with as many iterations: each area begun at the basis of its point "
        "that is best at the prices, or that weighs most in the mixture, or at the plan's; boxes a "
        "tenth, a half and twice as wide as prices are; prices from the middle of the master's "
        "(interior point, 12 rounds, as near as by the box); a gap of 1e-9 (a fiftieth less); "
        "Dantzig's rule (more), steepest edge (a third fewer, many times as long); presolve leaves "
        "five sixths of an area. Tried before: areas of 30 or 100 iterations a round (as long), no "
        "prices first (what nothing else holds 0.2 s, the rest as long)."
    ),
    "`allocator regimes`, twelve councils": (
        "A regime plans anew in each year, by four aims one after the other, each then held by a "
        "row over all areas, whose price is a million times another's; the second aim of a year "
        "takes 4 to 10 s. Tried: windows are asked aim by aim, those that prices rule out not at "
        "all; the search begins at the prices of the aim before (not ended in 180 s without), and "
        "at a tenth of a held aim's price where rounding spoils the proof (0.2 s; the whole 45)."
    ),
    "`allocator frontier`, twelve councils": (
        "Tried: points by areas, closer than a hundred-thousandth of the value not asked for, "
        "windows that others' prices rule out not followed."
    ),
    "`allocator switching`, one council": (
        "85 inputs take some 1,240 outcomes of a program of 4,017 rows: a run without an iteration "
        "is 4 ms, an iteration 0.1, and half as much is ours. Rivals cost within a thousandth of "
        "the best, so most are solved. Tried: ruling them out by their own bases' prices, worked "
        "out anew (half of them, a sixth less in all, but other digits from the eleventh on), a "
        "bound on the objective, old prices with what rows imply of columns (far too low), bases "
        "by place, neither scaled nor perturbed, reach by prices and false position, `--jobs`. A "
        "quarter of HiGHS's time is 65 runs of 625 iterations that narrow down an edge of reach by "
        "one window's room, a few of them seconds until another algorithm answers. Not to solve "
        "the usual window twice spares one run in fifteen but ends in other last digits (1e-15); "
        "to make a program wide once gives a two-hundredth. No faster: prices by column or by row "
        "alone, Dantzig's rule, 200 updates between factors."
    ),
    "One council, the whole command, of the floor script's time": ("As with `--windows best`."),
    "`allocator delay`, twelve councils": (
        "Tried: area by area, and how far a frontier reaches too; with nothing else on the machine "
        "it took 56 s."
    ),
}
