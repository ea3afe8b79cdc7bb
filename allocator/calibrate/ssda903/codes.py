"""Code sets of the SSDA903 return that a calibration reads, as the guide to the return has them."""

from __future__ import annotations

from typing import Final

EPISODES: Final = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
    "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN",
)  # fmt: skip
HEADER: Final = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")

# What is read; of the rest only the headings are seen.
EPISODES_READ: Final = ("CHILD", "DECOM", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC")
HEADER_READ: Final = ("CHILD", "DOB")

LEGAL_STATUS: Final = (
    "C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3",
)  # fmt: skip
SHORT_BREAKS: Final = ("V3", "V4")

PLACEMENTS: Final = {
    "U1": "Foster placement with a relative or friend, long term",
    "U2": "Foster placement with a relative or friend, fostering for adoption",
    "U3": "Foster placement with a relative or friend, other",
    "U4": "Foster placement with another carer, long term",
    "U5": "Foster placement with another carer, fostering for adoption",
    "U6": "Foster placement with another carer, other",
    "A3": "Placed for adoption with consent, current foster carer",
    "A4": "Placed for adoption with consent, other carer",
    "A5": "Placed for adoption with placement order, current foster carer",
    "A6": "Placed for adoption with placement order, other carer",
    "P1": "Placed with own parents or others with parental responsibility",
    "P2": "Independent living",
    "P3": "Residential employment",
    "H5": "Semi-independent living",
    "K1": "Secure children's home",
    "K2": "Children's home",
    "R1": "Residential care home",
    "R2": "Health service provision",
    "R3": "Family centre or mother and baby unit",
    "R5": "Young offender institution or prison",
    "S1": "Residential school",
    "Z1": "Other placement",
    "T0": "Temporary move, any",
    "T1": "Temporarily in hospital",
    "T2": "Temporarily on holiday",
    "T3": "Temporary, while the usual carer is on holiday",
    "T4": "Temporary accommodation of seven days or fewer",
}
TEMPORARY: Final = ("T0", "T1", "T2", "T3", "T4")
PROVIDERS: Final = {
    "PR0": "Parents or others with parental responsibility",
    "PR1": "Own provision",
    "PR2": "Another authority's provision",
    "PR3": "Other public provision",
    "PR4": "Private provision",
    "PR5": "Voluntary or third-sector provision",
}

FOLLOWED: Final = "X1"  # the episode ends and another begins the same day or the next
ROUTES: Final = {  # route out of care: reasons (REC) for which an episode ceased
    "adopted": ("E1", "E11", "E12"),
    "home": ("E4", "E4A", "E4B", "E13"),
    "guardianship": ("E41", "E43", "E44", "E45", "E46", "E47", "E48"),
    "independence": ("E5", "E6", "E17"),
    "other": ("E2", "E3", "E7", "E8", "E9", "E14", "E15", "E16"),
}
AGED_OUT: Final = "aged_out"  # turned 18 with no earlier end
ROUTE_LABELS: Final = {
    "adopted": "adopted",
    "home": "returned home or to relatives",
    "guardianship": "special guardianship or child arrangements order",
    "independence": "independent living or staying put",
    "other": "other or unknown reason",
    AGED_OUT: "turned 18",
}
