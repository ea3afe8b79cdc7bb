"""What is published for England only, and what nobody publishes: the assumptions, in one place.

Ratios stand in where neither a council nor its region has a figure.  Sources: Department for
Education, children looked after in England (SSDA903) by placement, year ending March 2023, the
last before supported accommodation was reclassified; children in need census, year ending March
2025; Section 251 outturn 2024-25.  Crown copyright, Open Government Licence v3.0.
"""

from __future__ import annotations

from typing import Final

FOSTER, RESIDENTIAL, SUPPORTED = "foster", "residential", "supported"
WITH_PARENTS, OTHER = "with_parents", "other_care"
CARE: Final = (FOSTER, RESIDENTIAL, SUPPORTED, WITH_PARENTS, OTHER)
NEED, PLAN = "need", "plan"
GUARDIANSHIP, LEAVING_CARE = "guardianship", "leaving_care"
AFTER: Final = (GUARDIANSHIP, LEAVING_CARE)  # paid for, and in care no more
LABELS: Final = {
    NEED: "Child in need, not on a plan and not in care",
    PLAN: "On a child protection plan",
    FOSTER: "Foster care (kinship and other)",
    RESIDENTIAL: "Children's homes, secure homes, residential schools",
    SUPPORTED: "Supported and semi-independent living",
    WITH_PARENTS: "Placed with parents",
    OTHER: "Adoption, other residential and other placements",
}
AFTER_LABELS: Final = {
    GUARDIANSHIP: "Special guardianship, with an allowance",
    LEAVING_CARE: "Left care at 18, supported up to 25",
}
PLACEMENTS: Final = {  # of the published table, by state
    FOSTER: ("foster placements",),
    RESIDENTIAL: ("secure homes and children's homes", "residential schools"),
    SUPPORTED: ("independent and semi-independent living arrangements/supported accommodation",),
    WITH_PARENTS: ("placed with parents or other person with parental responsibility",),
    OTHER: ("placed for adoption", "other residential settings", "other placements"),
}
SHARES: Final = {  # of the interactive tool, %, by state; what is left is other care
    FOSTER: ("pct_foster",),
    RESIDENTIAL: ("pct_childrens_home_or_secure",),
    SUPPORTED: ("pct_supported_semiindep",),
    WITH_PARENTS: ("pct_placed_with_parents",),
    OTHER: ("pct_other_residential", "pct_other_inc_unreg"),
}
PLACEMENT_MIX: Final = {  # children at 31 March 2025, by placement of the published table
    "foster placements": 54820, "secure homes and children's homes": 9480,
    "residential schools": 100,
    "independent and semi-independent living arrangements/supported accommodation": 7520,
    "placed with parents or other person with parental responsibility": 4970,
    "placed for adoption": 1660, "other residential settings": 1170, "other placements": 2050,
}  # fmt: skip
STOCK: Final = {FOSTER: 56650, RESIDENTIAL: 8080, SUPPORTED: 8650, WITH_PARENTS: 5820, OTHER: 4570}
# Children who entered in 2022-23 by first placement, less 7,290 unaccompanied children placed as
# UNACCOMPANIED says.
ENTERED: Final = {
    FOSTER: 15840, RESIDENTIAL: 1300, SUPPORTED: 2800, WITH_PARENTS: 2450, OTHER: 3410
}  # fmt: skip
UNACCOMPANIED: Final = {FOSTER: 0.4, SUPPORTED: 0.6}  # assumption
EXIT_RATES: Final = {
    FOSTER: 0.230, RESIDENTIAL: 0.147, SUPPORTED: 1.123, WITH_PARENTS: 0.750, OTHER: 0.992
}  # fmt: skip
RETURNING: Final = (FOSTER, RESIDENTIAL, WITH_PARENTS)  # states from which children go home
FROM_PLAN_ONLY, FROM_NEED_ONLY = WITH_PARENTS, SUPPORTED  # assumption: court orders, near-adults

TAKEN: Final = "started/taken into care/all children taken into care"
RATIOS: Final = {  # England 2024-25: measure over measure
    ("cla_started", "cla_31mar"): 0.395,
    ("cla_ceased", "cla_31mar"): 0.421,
    ("uasc_started", "cla_started"): 0.215,
    (TAKEN, "cla_started"): 0.419,
    ("returned", "cla_ceased"): 0.192,
    ("cin_31mar", "child_pop_0_17"): 0.03303,
    ("cin_started_children", "cin_31mar"): 0.923,
    ("cpp_31mar", "child_pop_0_17"): 0.004057,
    ("cpp_started", "cpp_31mar"): 1.251,
    ("care_applications_per10k", ""): 9.1,
    ("unitcost_fostering_gbp_per_week", ""): 765.0,
    ("unitcost_residential_gbp_per_week", ""): 7385.0,
    ("child_poverty_pct", ""): 19.3,
    ("s251_cla", "cla_31mar"): 109_520.0,
    ("s251_safeguarding", "child_pop_0_17"): 294.4,
    ("s251_family_support", "child_pop_0_17"): 156.1,
    ("s251_surestart_early_years", "child_pop_0_17"): 48.3,
    ("s251_young_people", "child_pop_0_17"): 37.4,
}
CHILDREN: Final = 12_183_016  # aged 0-17, England, as the 2025 census of children in need has it
COUNCILS: Final = 153  # with children's services, England
PATHFINDERS: Final = frozenset({  # of Families First for Children, DfE, July 2023 and April 2024
    "dorset", "lincolnshire", "wolverhampton", "lewisham", "luton", "redbridge", "walsall",
    "warrington", "warwickshire", "wirral",
})  # fmt: skip

WEEKS: Final = 365 / 7
SUPPORTED_WEEK: Final = 1200.0  # £ a week in supported living; assumption
SOCIAL_WORK: Final = {NEED: 1.0, PLAN: 3.0, "care": 1.5}  # weights of the safeguarding line
CASHABLE_PLACEMENT, CASHABLE_TEAM = 0.9, 0.5
YEARS_SUPPORTED: Final = {  # assumption: years that a leaver is paid for, at least, at most
    GUARDIANSHIP: (8.0, 5.0, 12.0), LEAVING_CARE: (5.0, 3.0, 7.0)
}  # fmt: skip
# £286.9m of special guardianship support (Section 251 outturn 2018-19, line 3.1.4) over 3,870
# orders in the year times the years supported is £178 a week, of fostering's £580 in that year.
ALLOWANCE: Final = 286.9e6 / (3870 * YEARS_SUPPORTED[GUARDIANSHIP][0]) / (WEEKS * 580)
RELEASE: Final = {
    NEED: 0.1, PLAN: 0.1, FOSTER: 0.15, RESIDENTIAL: 0.1, SUPPORTED: 0.4, WITH_PARENTS: 0.3,
    OTHER: 0.25, GUARDIANSHIP: 1.0, LEAVING_CARE: 0.4,
}  # fmt: skip
STAYS_IN_NEED: Final = 0.7  # of those whose plan ends without care
AVOIDABLE: Final = {FOSTER: 0.39, RESIDENTIAL: 0.2, SUPPORTED: 0.2, OTHER: 0.2}
AVOIDABLE_PLAN = 0.3
HELPED_HOME = 0.08  # of foster children, in a year
EDGE_OF_CARE: Final = 0.16  # of the family support line

GRANT: Final = {2025: 270e6}  # £ of new money a year, England; the last holds on
GRANT_LATER: Final = 528.5e6
GRANT_FROM, GRANT_REACHING = 2025, 0.5
TRANSFORMATION: Final = 185e6  # £ a year for three years, England
CORE_GROWTH: Final = 0.01  # real, a year
PRICES: Final = 0.005  # real, a year, of all but homes
HOME_PRICES: Final = ((3, 0.03), (3, 0.02), (99, 0.01))  # for so many years: so much a year
