"""Twelve odd plans: the answer tells each thing that holds, and nothing that does not.

What holds is worked out from the plan's facts, as ``solve --json`` prints them, never from a
sentence of another page.
"""

from __future__ import annotations

import html
from functools import cache
from importlib import import_module

import pytest

from allocator.plan.evidence import moves_on_weak
from allocator.plan.plan import Plan
from allocator.report.pages.summary import summary
from allocator.wording import counted, number, pounds, years_said
from tests.report.odd_plans import PLANS, odd, odd_saved

pages = import_module("allocator.report.html.page")
CUT = ("cut", "ended", "held at its floor")


@cache
def facts(name: str) -> dict:
    return odd(name).to_dict()


@cache
def told(name: str) -> str:
    """The summary's answer, in one line."""
    paragraphs = summary(odd(name)).split("\n\n")
    first = next(n for n, each in enumerate(paragraphs) if each.startswith("Answer: "))
    end = next(n for n, each in enumerate(paragraphs) if each.startswith("Children in care"))
    return " ".join(" ".join(paragraphs[first:end]).split())


def shown(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page without pictures and the library that draws them, in one line."""
    monkeypatch.setattr(pages, "still", lambda chart: "")
    monkeypatch.setattr(pages, "_library", lambda: "")
    text = html.unescape(pages.page([odd_saved(name)]))
    return " ".join(text.replace("<code>", "`").replace("</code>", "`").split())


def money(plan: Plan) -> list[float]:
    return [float(each) for each in plan.years()["net"]]


def on_targets(name: str) -> dict[int, float]:
    """£ that a child fewer in a target costs, by year; none of a target that is missed."""
    missed = facts(name).get("shortfall", {}).get("excess", {})
    prices = facts(name)["target_price"] or {}
    return {int(y): -p for y, p in prices.items() if missed.get(y, 0) < 1e-4}


def is_missed(name: str) -> bool:
    excess = facts(name).get("shortfall", {}).get("excess", {})
    return any(by > 1e-4 for by in excess.values())


# What an answer has to tell: the words (None where it does not hold, and may not be told), and
# how what is told begins, which is in no answer that has nothing of the kind to tell.
def fewer_than_unchanged(name):
    year = max(
        (r["year"] for r in odd(name).instance.tables["targets"]),
        default=odd(name).instance.last_year,
    )
    there, same = (
        facts(name)[k][str(year)] for k in ("children_in_care", "baseline_children_in_care")
    )
    by = "as many as"
    if abs(there - same) > 0.05:
        by = f"{number(abs(there - same))} {'fewer' if there < same else 'more'} than"
    return f"{number(there)} children are in care, {by} if nothing changes"


def earlier_targets(name):
    years = {int(row["year"]) for row in odd(name).instance.tables["targets"]}
    before = sorted(years - {max(years, default=0)})
    if not before:
        return None
    care, same = (facts(name)[k] for k in ("children_in_care", "baseline_children_in_care"))
    return tuple(
        f"{number(care[str(y)])} at the end of {years_said([y])} ({number(same[str(y)])} if nothing"
        for y in before
    )


def window_beside_double_running(name):
    window, plan = facts(name)["window"], odd(name)
    said = "No window of double investment does better than none"
    if len(facts(name)["windows"]) == 1:
        said = "The instance allows no double investment"
    if window:
        last = window["first_year"] + window["years"]
        said = f"One-off money may be spent in {years_said(range(window['first_year'], last))}"
    years = facts(name)["double_running_years"]
    dearer = "in no year does the plan cost more than doing nothing new."
    if years:
        dearer = (
            f"the plan costs more than doing nothing new in {counted(len(years), 'year')}, "
            f"{years_said(years)}."
        )
    assert plan.found
    return said, f"; {dearer}"


def one_off_money(name):
    needed = odd(name).one_off
    window = facts(name)["window"]
    if not window:
        return None
    one_off = [r["fund"] for r in odd(name).instance.tables["funds"] if r["window_only"]]
    by_year = facts(name)["funds"]
    drawn = sum(year["drawn"] for fund in one_off for year in by_year[fund].values())
    assert drawn == pytest.approx(sum(needed.values()))
    return f"and {pounds(drawn)} of it is needed"


def services_lost(name):
    lost = {k: v for k, v in facts(name)["services"].items() if v["fate"] in CUT}
    if not lost:
        return None
    words = []
    for service, each in sorted(lost.items(), key=lambda item: -item[1]["keeping"])[:2]:
        fate = f"cut from {number(each['before'])} to {number(each['after'])} cases a year"
        if each["fate"] == "ended":
            fate = f"ended, from {number(each['before'])} cases a year"
        words += [f"{service}: {fate}", "(evidence: ", pounds(each["keeping"])]
        assert each["after"] < 0.995 * each["before"]
    return (*words, "today's level", "one case more", "outside care is not counted")


def services_grown(name):
    services = facts(name)["services"]
    grown = {k: v for k, v in services.items() if v["fate"] in ("expanded", "taken up")}
    if not grown:
        return None
    expanded = [k for k, v in grown.items() if v["fate"] == "expanded"]

    def start(each):
        return f"from {number(each['before'])} to" if each["fate"] == "expanded" else "at"

    verbs = ["It expands " if expanded else "", "takes up " if len(expanded) < len(grown) else ""]
    ends = [f"{k} {start(v)} {number(v['after'])}" for k, v in grown.items()]
    return (*filter(None, verbs), *grown, *ends, "cases a year")


def what_keeping_costs(name):
    lost = {k: v for k, v in facts(name)["services"].items() if v["fate"] in CUT}
    least = 0.01 * abs(facts(name)["npv"])
    dear = [each["keeping"] for each in lost.values() if each["keeping"] > least]
    return f"Keeping today's level would cost {pounds(max(dear))} more" if dear else None


def service_as_good(name):
    least = 0.01 * abs(facts(name)["npv"])
    for each in facts(name)["services"].values():
        if each["fate"] in CUT and each["keeping"] <= least:
            return f"costs {pounds(each['keeping'])} at present value, so little that it is as good"
    return None


def tiers_that_fall(name):
    last = str(odd(name).instance.last_year)
    before, after = (facts(name)[k][last] for k in ("baseline_spend", "spend"))
    falls = [t for t in ("early_help", "edge_of_care") if after[t] < 0.99 * before[t]]
    return ("Spend on ", *(pounds(after[t]) for t in falls)) if falls else None


def no_payback(name):
    return "and does not pay back in that time" if facts(name)["payback_year"] is None else None


def payback(name):
    year = facts(name)["lasting_payback_year"]
    later = year is not None and year > odd(name).instance.first_year
    return f"and pays back in {years_said([year])}" if later else None


def loss(name):
    inside, plan = facts(name)["npv_in_horizon"], odd(name)
    if inside >= -1:
        return None
    said = f"At present value it loses {pounds(-inside)}"
    gains = plan.instance.terminal_value and facts(name)["npv"] > 0
    return f"{said} in its own years; with what comes after them it gains" if gains else said


def saved_or_spent(name):
    total = sum(money(odd(name)))
    if abs(total) < 1:
        return "it costs as much as doing nothing new"
    more = f"it costs {pounds(-total)} more than doing nothing new"
    return f"it saves {pounds(total)} against doing nothing new" if total > 0 else more


def price_of_a_child(name):
    prices = on_targets(name)
    binding = [price for price in prices.values() if price > 1]
    return f"would cost {pounds(max(binding))} at present value" if binding else None


def target_that_does_not_bind(name):
    if is_missed(name) or not odd(name).instance.tables["targets"]:
        return None
    return None if any(p > 1 for p in on_targets(name).values()) else "not bind: the cheapest plan"


def target_met_at_the_end_alone(name):
    rows, last = odd(name).instance.tables["targets"], odd(name).instance.last_year
    if [row["year"] for row in rows] != [last] or odd(name).instance.years == 1:
        return None
    care, most = facts(name)["children_in_care"], rows[0]["children"] + 1e-4
    late = care[str(last)] <= most and all(v > most for y, v in care.items() if int(y) < last)
    return "met only in the plan's last year" if late else None


def short_of_the_target(name):
    if not is_missed(name):
        return None
    excess = facts(name)["shortfall"]["excess"]
    said = [f"{number(by)} at the end of {years_said([int(y)])}" for y, by in excess.items() if by]
    charge = odd(name).instance.shortfall.excess_price
    return ("It is short of the target, by", *said, f"cost no less than the {pounds(charge)} that")


def overspent(name):
    beyond = facts(name).get("shortfall", {}).get("overspent", {})
    said = [f"{pounds(by)} in {years_said([int(y)])}" for y, by in beyond.items() if by > 1]
    return ("Statutory work overspends the funds, by", *said) if said else None


def windows_as_good(name):
    own, least = facts(name)["objective"], 0.01 * abs(facts(name)["npv"])
    window = facts(name)["window"] or {"first_year": None, "years": None}
    others = [
        each
        for each in facts(name)["windows"]
        if each["objective"] is not None
        and abs(each["objective"] - own) <= least
        and any(each[key] != window[key] for key in window)
    ]
    some = facts(name)["window"] and others
    gained = pounds(abs(facts(name)["npv"]))
    verb = "gains" if facts(name)["npv"] >= 0 else "loses"
    within = f"As good, since within 1% of the {gained} that it {verb} at present value: "
    return within if some else None


def weak_evidence(name):
    hanging, averted, added = moves_on_weak(odd(name))
    if hanging <= (averted + added) / 2:
        return None
    return "All of the moves that it averts or adds rest on evidence that is weak or not graded."


def benefits_counted(name):
    weight = odd(name).instance.benefit_weight
    return (
        f"Counting {100 * weight:g}% of the good done to others as if it were" if weight else None
    )


def staff_that_bind(name):
    prices = odd(name).tables["prices"]
    hires = prices[prices["constraint"] == "hiring_limited"]
    if hires.empty:
        return None
    years = years_said(hires["year"].astype(int))
    return f"Hiring holds it back: social worker, {years}, are hired as fast"


def staff_in_post(name):
    staff = facts(name).get("staff")
    if not staff:
        return None
    words = []
    for by_year in staff.values():
        end = by_year[str(odd(name).instance.last_year)]["in_post"]
        hired = number(sum(each["hired"] for each in by_year.values()))
        words.append(f"FTE in post at the start and {number(end)} at the end, {hired} hired in all")
    return (*words, *(f"{role.replace('_', ' ')[1:]}: " for role in staff))


def time_given_back(name):
    prices = odd(name).tables["prices"]
    rates = prices[prices["constraint"] == "work_fits"]
    if rates.empty:
        return None
    words = [f"at present value in prices of {facts(name)['price_base']}, £", "that is a rate"]
    whole = True
    for role, of_role in rates.groupby("role"):
        years = set(of_role["year"].astype(int))
        whole &= len(years) == odd(name).instance.years
        rate, who = pounds(-of_role["price"].sum()), role.replace("_", " ")
        words.append(f"{rate} for a full-time post of {who}, {years_said(years)}")
    return (*words, *([] if whole else ["and nothing in other years"]))


# By what each begins, wherever it is told.
RULES = {
    "children are in care": fewer_than_unchanged,
    " if nothing changes)": earlier_targets,
    "double investment|One-off money may be": window_beside_double_running,
    "of it is needed": one_off_money,
    "(evidence: ": services_lost,
    "It expands |It takes up ": services_grown,
    "Keeping today's level would cost": what_keeping_costs,
    "so little that it is as good": service_as_good,
    "Spend on ": tiers_that_fall,
    "does not pay back": no_payback,
    "and pays back in": payback,
    "At present value it loses": loss,
    "doing nothing new": saved_or_spent,
    "One child fewer in the target": price_of_a_child,
    "not bind:": target_that_does_not_bind,
    "met only in the plan's last year": target_met_at_the_end_alone,
    "short of the target": short_of_the_target,
    "overspends the funds": overspent,
    "As good, since": windows_as_good,
    "rest on evidence that is weak": weak_evidence,
    "Counting ": benefits_counted,
    "Hiring holds it back": staff_that_bind,
    "FTE in post": staff_in_post,
    "Time given back": time_given_back,
}
ALWAYS = ("children are in care", "double investment|One-off money may be", "doing nothing new")
FOUND = [name for name in PLANS if name != "infeasible"]


@pytest.mark.parametrize("begins", RULES)
@pytest.mark.parametrize("name", FOUND)
def test_the_answer_tells_what_holds_and_not_what_does_not(name, begins):
    words = RULES[begins](name)
    if words is None:
        assert not any(each in told(name) for each in begins.split("|"))
        return
    for each in (words,) if isinstance(words, str) else words:
        assert each in told(name)


@pytest.mark.parametrize("begins", RULES)
def test_every_rule_holds_in_some_plan_and_not_in_another(begins):
    holds = [RULES[begins](name) is not None for name in FOUND]
    assert any(holds)
    assert all(holds) is (begins in ALWAYS)


@pytest.mark.parametrize("name", PLANS)
def test_the_page_tells_the_same_answer(name, monkeypatch):
    on_page = shown(name, monkeypatch)
    for sentence in told(name).removeprefix("Answer: ").split(". "):
        assert sentence.rstrip(".") in on_page


def test_without_a_plan_the_answer_is_that_there_is_none():
    assert told("infeasible").startswith("Answer: There is no such plan. It was tried without")
    assert "proved infeasible" in told("infeasible")
    assert "`allocator explain INSTANCE` says which limits can't all hold" in told("infeasible")
    tried = [begins for begins in RULES if begins not in ALWAYS]
    assert not any(begins in told("infeasible") for begins in tried)
