"""Staff that makes no sense."""

from __future__ import annotations

from allocator.instance.check import names, staff
from tests.instance.bad import error, warning
from tests.instance.drafts import add, cell, drop

STAFF = [
    error(
        staff.caseloads_are_carried,
        cell("workloads", 2, "caseload", "0"),
        at="workloads.csv 2 caseload",
        value="0",
        rule="lets one FTE carry nobody",
        remedy="that one FTE carries",
    ),
    warning(
        staff.roles_have_work,
        add("roles", role="clerk", opening="3"),
        at="roles.csv 4 role",
        value="clerk",
        rule="has no workload, so nobody in it is needed",
        remedy="add to workloads",
    ),
    warning(
        staff.work_at_the_start_is_done,
        cell("roles", 2, "opening", "15"),
        at="roles.csv 2 opening",
        value="15",
        rule="is too few for the work at the start, which takes 26 FTE in north",
        remedy="give those in post",
    ),
    warning(
        staff.salaries_are_counted_once,
        cell("roles", 2, "unit_cost", "45000"),
        at="roles.csv 2 unit_cost",
        value="45000",
        rule="is on top of the unit cost of need, whose children it works with",
        remedy="the premium alone",
    ),
    warning(
        staff.agencies_have_a_cost,
        cell("roles", 3, "agency_share", "0.1"),
        at="roles.csv 3 agency_share",
        value="0.1",
        rule="without an agency_cost there is no agency",
        remedy="give agency_cost",
    ),
    error(
        staff.agencies_have_a_cost,
        cell("roles", 3, "agency_opening", "2"),
        at="roles.csv 3 agency_opening",
        value="2",
        rule="is of an agency that there is not",
        remedy="give agency_cost",
    ),
    warning(
        staff.staff_stay_a_while,
        cell("roles", 3, "leaving_rate", "12"),
        at="roles.csv 3 leaving_rate",
        value="12",
        rule="staff would stay less than a year",
        remedy="write 15% a year as 0.15",
    ),
    warning(
        staff.practices_win_time,
        cell("practices", 2, "time", "1"),
        at="practices.csv 2 time",
        value="1",
        rule="wins no time",
        remedy="1.25",
    ),
    error(
        names.items_apart,
        cell("roles", 3, "role", "hub"),
        cell("workloads", 4, "role", "hub"),
        at="roles.csv 3 role",
        value="hub",
        rule="is the name of a service too",
        remedy="rename one of the two",
    ),
    error(
        names.known_names,
        cell("practices", 2, "role", "social_workers"),
        at="practices.csv 2 role",
        value="social_workers",
        rule="is not a role",
        remedy="did you mean 'social_worker'?",
    ),
    error(
        names.known_names,
        cell("workloads", 3, "item", "hubs"),
        at="workloads.csv 3 item",
        value="hubs",
        rule="is not a state or a service of this instance",
        remedy="did you mean 'hub'?",
    ),
    error(
        names.known_in_the_area,
        drop("roles", 2),
        add("roles", area="north", role="social_worker", opening="27"),
        add("workloads", area="south", role="social_worker", item="hub", caseload="10"),
        at="workloads.csv 5 role",
        value="social_worker",
        rule="is not a role that south has",
        remedy="add a row to roles for south",
    ),
    error(
        names.one_row_per_key,
        add("practices", practice="admin", role="social_worker", unit_cost="1"),
        at="practices.csv 3 practice",
        value="admin",
        rule="makes the same key (practice admin, role social_worker) as row 2",
        remedy="keep one of rows 2 and 3",
    ),
]
