"""What random instances from ``EVERYTHING`` on may have besides: staff, drivers and benefits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model.reference_data import Data, number

if TYPE_CHECKING:
    from tests.model.cases import Case
    from tests.model.random_cases import Author


def write_drivers(author: Author) -> None:
    """One driver or two, known from before the start or only later on."""
    for driver, start, value in (("poverty", "need", 25.0), ("uasc", "outside", 10.0)):
        if not author.chance(0.7):
            continue
        years = range(author.first - 2, author.first + author.years)
        listed = sorted(author.random.sample(years, k=author.random.choice([1, 2, 3])))
        for area in author.for_areas():
            for year in listed:
                author.add(
                    "drivers",
                    area=area,
                    driver=driver,
                    year=year,
                    value=f"{value * author.random.uniform(0.9, 1.15):.3f}",
                )
        ends = [("foster", "home"), ("exit",)] if start == "need" else [("need",)]
        for end in author.random.choice(ends):
            for lag in author.random.choice([[""], [1], ["", 2]]):
                for area in author.for_areas(0.2):
                    author.add(
                        "responses",
                        area=area,
                        driver=driver,
                        from_=start,
                        to=end,
                        lag_years=lag,
                        response=author.between(-0.01, 0.03, 4),
                    )


def write_staff(author: Author, case: Case) -> None:
    """One role of the statutory tier or two, about as many in post as the work takes."""
    random, services = author.random, {row["service"] for row in author.tables["services"]}
    roles = [("worker", "statutory", {"foster": 15, "home": 12, "plan": 17, "reunify": 25})]
    if author.chance(0.5):
        tier = random.choice(["early_help", "edge_of_care"])
        roles.append(("helper", tier, {"hubs": 150, "intensive": 15}))
    for role, tier, carried in roles:
        items = [i for i in carried if i in author.states or i in services]
        for item in items:
            for area in author.for_areas(0.15):
                size = round(carried[item] * random.uniform(0.8, 1.2))
                author.add("workloads", area=area, role=role, item=item, caseload=size)
        data = Data(case)
        ease = random.uniform(0.97, 1.08)
        paid = author.chance(0.5)
        for area in author.for_areas(1):
            now = max(work_of(data, a, role) for a in ([area] if area else data.areas))
            author.add(
                "roles",
                area=area,
                role=role,
                tier=tier if tier != "statutory" else random.choice(["", tier]),
                opening=f"{now * ease:.2f}",
                unit_cost=48000 if paid else "",
                leaving_rate=random.choice(["", "0.11", "0.2"]),
                hires_per_year=random.choice(["", f"{now * 0.3 + 2:.2f}"]),
                hire_cost=random.choice(["", "8000"]),
                exit_cost=random.choice(["", "4000"]),
                training_years=random.choice(["", "0.4", "0.5", "1", "1.3"]),
                agency_cost=(82000 if paid else 34000) if author.chance(0.7) else "",
                agency_share=random.choice(["", "0.15", "0.3"]),
            )
        if author.chance(0.5):
            for area in author.for_areas(0.2):
                author.add(
                    "practices",
                    area=area,
                    practice="admin",
                    role=role,
                    unit_cost=random.choice([3000, 7000]),
                    time=random.choice(["", "1.1"]),
                    share=random.choice(["", "0.5"]),
                    growth_per_year=random.choice(["", "10"]),
                )
    if author.chance(0.3):
        author.add("prices", item="worker", year=author.first, index=author.between(0.95, 1.1))


def work_of(data: Data, area: str, role: str) -> float:
    """FTE that an area's work takes as it opens, or in the years to come if nothing changes."""
    children, _ = data.baseline()
    known = {**data.state, **data.service}
    return max(
        sum(
            (
                children[area, item, t]
                if (area, item) in data.state
                else number(known[area, item], "baseline")
            )
            / caseload
            for r, item, caseload in data.work(area)
            if r == role and (area, item) in known
        )
        for t in range(data.horizon + 1)
    )


def write_benefits(author: Author) -> None:
    """Good done at once and later, and what children in care cost others."""
    services = list(dict.fromkeys(row["service"] for row in author.tables["services"]))
    for item in author.random.sample(services, k=author.random.choice(range(1, len(services) + 1))):
        for lag, kind in author.random.choice([[("", "")], [(1, "social")], [("", ""), (3, "")]]):
            for area in author.for_areas(0.2):
                author.add(
                    "benefits",
                    area=area,
                    item=item,
                    to_whom="nhs",
                    lag_years=lag,
                    kind=kind,
                    amount=author.between(100, 1500, 2),
                )
    if author.chance(0.6):
        for area in author.for_areas(0.2):
            author.add(
                "benefits",
                area=area,
                item=author.random.choice(["foster", "home"]),
                to_whom="police",
                amount=author.between(-5000, -500, 2),
            )
