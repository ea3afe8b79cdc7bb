"""What was tried where an aim is missed, by the aim."""

from __future__ import annotations

from typing import Final

TRIED: Final = {
    "151 × 40, build, of arrays by hand, numpy and scipy's time": (
        "Tried: each part of an index is looked up where it first varies, product sets and ranges "
        "set by set, tables by year as rows. numpy's stable sort takes 35 ms for the 2.4m entries; "
        "by 16-bit digits, by packed keys and by its vectorised sort it took 43 to 80."
    ),
    "a re-solve in a sweep, of bare highspy's time": (
        "Of 300 points 232 take no iteration, so in a long sweep what a point costs beside HiGHS "
        "shows; in a short one the first solve hides it. Of a point a certificate is a tenth, its "
        "program and its facts a fifteenth; building the lines' ends and auditing the first, the "
        "last and the best point are of the sweep, not of a point. Tried: ends are changed once, "
        "prices of an audited plan are laid out by columns."
    ),
    "reading-2025, `allocator stress`, 10,000 draws": (
        "Two draws take 2.5 of 4.1 s: SALib alone is 2.2 s to import, of it pandas 0.6 and "
        "scipy.stats 1.2, which the quasi-random points need too."
    ),
    "reading-2025, 10, 1 window, of the time of HiGHS on the extensive form, interior point": (
        "Of 2.2 s imports are 0.6, ten programs and their check 0.4, the first future alone 0.2, "
        "and 0.6 the 73 times that HiGHS goes on from a future's last basis, 1,650 iterations."
    ),
}
