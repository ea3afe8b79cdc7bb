"""Published tables in every form, and the cells and names they come with."""

from __future__ import annotations

import pytest

from allocator.calibrate.panel import cells, find_council, read_panel
from allocator.calibrate.panel.councils import in_region
from allocator.errors import InstanceError, UsageError
from tests.calibrate.made import placements, write


@pytest.mark.parametrize(
    ("text", "year"),
    [("202425", 2025), ("2024-25", 2025), ("2024/25", 2025), ("2025", 2025), ("2025.0", 2025),
     ("2024-2025", 2025), ("199900", 2000), ("2024-27", None), ("March", None), ("", None)],
)  # fmt: skip
def test_a_year_however_it_is_written(text, year):
    assert cells.year(text) == year


def file_of(tmp_path, heading, *lines, name="table.csv"):
    path = tmp_path / name
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def test_codes_are_no_numbers_and_say_why(tmp_path):
    path = file_of(
        tmp_path, "la_code,area,fy_end,cla_31mar,cla_started,cla_ceased,uasc_31mar",
        '301,One,2024,"1,234",c,z,..', "302,Two,2024,200,low,x,",
    )  # fmt: skip
    panel = read_panel(path)
    assert panel.value("cla_31mar", "301", 2024) == 1234
    assert panel.value("cla_started", "301", 2024) is None
    assert panel.why_missing("cla_started", "301", 2024) == "suppressed"
    assert panel.why_missing("cla_ceased", "302", 2024) == "not available"
    assert panel.why_missing("uasc_31mar", "302", 2024) == "blank"
    assert panel.why_missing("cla_31mar", "301", 2023) == "not in the files"


def test_every_bad_cell_is_reported_with_its_place(tmp_path):
    path = file_of(
        tmp_path, "la_code,area,fy_end,cla_31mar,cla_started",
        "301,One,2024,many,100", "302,Two,soon,5,6", "303,Three,2024,5,?",
    )  # fmt: skip
    with pytest.raises(InstanceError) as caught:
        read_panel(path)
    found = {(p.file, p.row, p.column, p.value) for p in caught.value.problems}
    assert found == {
        ("table.csv", 2, "cla_31mar", "many"), ("table.csv", 3, "fy_end", "soon"),
        ("table.csv", 4, "cla_started", "?"),
    }  # fmt: skip


def test_numbers_and_rates_as_they_are_downloaded(tmp_path):
    path = file_of(
        tmp_path,
        "time_period,geographic_level,region_name,old_la_code,la_name,population_count,number",
        "2024,National,,,,Children looked after at 31 March each year,83630",
        "2024,Regional,North East,,,Children looked after at 31 March each year,6110",
        "2024,Local authority,North East,805,Hartlepool,"
        "Children starting to be looked after each year,125",
    )
    panel = read_panel(path)
    assert panel.nation is not None
    assert panel.value("cla_31mar", panel.nation, 2024) == 83630
    assert panel.value("cla_started", "805", 2024) == 125
    assert panel.regions == {"805": "North East"}
    assert panel.councils == ("805",)


def test_outturn_by_its_lines(tmp_path):
    path = file_of(
        tmp_path,
        "time_period,geographic_level,la_name,old_la_code,category_of_expenditure,gross_expenditure",
        "202425,Local authority,Leeds,383,3.1.11 Total Children Looked After,100",
        "202425,Local authority,Leeds,383,3.1.1 Residential care,40",
        "202425,Local authority,Leeds,383,3.4.6 Total Family Support Services,7",
    )
    panel = read_panel(path)
    assert panel.value("s251_cla", "383", 2025) == 100
    assert panel.value("s251_family_support", "383", 2025) == 7
    assert panel.measures == {"s251_cla", "s251_family_support"}


def test_long_form_and_census(tmp_path):
    file_of(
        tmp_path, "LA Number,LA and Regions,Measure_short,Years,values_num",
        "870,Reading,cla_31mar,2023-24,266", "870,Reading,Unknown,2023-24,1",
    )  # fmt: skip
    file_of(
        tmp_path, "time_period,geographic_level,old_la_code,la_name,At31_episodes,Started_child",
        "2024,Local authority,870,Reading,1710,1500", name="census.csv",
    )  # fmt: skip
    file_of(tmp_path, "id,effect", "E1,0.1", name="evidence.csv")  # not a published table
    panel = read_panel(tmp_path)
    assert panel.value("cla_31mar", "870", 2024) == 266
    assert panel.value("cin_31mar", "870", 2024) == 1710
    assert panel.value("cin_started_children", "870", 2024) == 1500


def test_characteristics_tell_which_table_they_are(tmp_path):
    rows = placements("Stone-on-Sea", 359, 2022, {"Foster placements": 60, "Total": 100})
    write(tmp_path / "any.csv", rows)
    panel = read_panel(tmp_path)
    assert panel.value("stock/placement/foster placements", "359", 2022) == 60
    assert panel.value("cla_31mar", "359", 2022) == 100


def test_one_council_under_two_names_is_one(tmp_path):
    file_of(tmp_path, "la_code,area,fy_end,cla_31mar", "840,Durham,2024,1213")
    file_of(tmp_path, "la_code,area,fy_end,cpp_31mar", "840.0,County Durham,2024,489",
            name="b.csv")  # fmt: skip
    panel = read_panel(tmp_path)
    assert panel.councils == ("840",)
    assert find_council(panel, "county durham") == find_council(panel, "DURHAM") == "840"


@pytest.mark.parametrize(
    "text", ["Saint Mary & Hill", "saint mary and hill", "MARY AND", "mary & h", "Saint-Mary Hill"]
)
def test_a_council_by_any_part_of_its_name(panel, text):
    assert panel.names[find_council(panel, text)] == "Saint Mary & Hill"


def test_several_councils_are_listed(panel):
    with pytest.raises(UsageError, match="Made 000, Made 001"):
        find_council(panel, "made 00")


def test_an_unknown_council_brings_near_ones(panel):
    with pytest.raises(UsageError, match="did you mean Stone-on-Sea"):
        find_council(panel, "Stone on See")


def test_a_region(panel):
    assert len(in_region(panel, "north")) == 20
    with pytest.raises(UsageError, match="Middle, North, South"):
        in_region(panel, "west")


def test_nothing_to_read(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_panel(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="no published table"):
        read_panel(file_of(tmp_path, "a,b", "1,2"))


def test_a_damaged_file_is_told(tmp_path):
    file_of(tmp_path, "la_code,area,fy_end,cla_31mar", "301,One,2024,5", "302,Two,2024,5,6,7")
    with pytest.raises(InstanceError, match=r"table.csv: is not valid CSV.*line 3"):
        read_panel(tmp_path)


def test_a_panel_as_it_stood(panel):
    code = panel.councils[0]
    assert panel.until(2015).value("cla_31mar", code, 2016) is None
    assert panel.until(2015).value("cla_31mar", code, 2015) is not None


RELEASE_2025 = "time_period,geographic_level,region_name,old_la_code,la_name,{},children_count"


def test_the_headings_of_the_release_of_2025(tmp_path):
    """`population_type` and `children_count`; "on 31 March"; `characteristic` and `breakdown`."""
    place = "2025,Local authority,Middle,901,Easton"
    file_of(
        tmp_path,
        RELEASE_2025.format("population_type"),
        f"{place},Children looked after on 31 March each year,415",
        f"{place},Children starting to be looked after each year,133",
        f"{place},Children ceasing to be looked after each year,129",
        name="cla.csv",
    )
    file_of(
        tmp_path,
        RELEASE_2025.format("characteristic,breakdown"),
        f"{place},Placement,Foster placements,260",
        f"{place},Placement,Total,415",
        f"{place},Unaccompanied asylum-seeking children,UASC,17",
        name="stock.csv",
    )
    panel = read_panel(tmp_path)
    found = {m: panel.value(m, "901", 2025) for m in panel.measures}
    assert found == {
        "cla_31mar": 415,
        "cla_started": 133,
        "cla_ceased": 129,
        "uasc_31mar": 17,
        "stock/placement/foster placements": 260,
    }


def test_a_bad_cell_is_told_under_the_new_heading(tmp_path):
    file_of(
        tmp_path,
        RELEASE_2025.format("population_type"),
        "2025,Local authority,Middle,901,Easton,Children looked after on 31 March each year,many",
    )
    with pytest.raises(InstanceError) as caught:
        read_panel(tmp_path)
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (2, "children_count", "many")
    ]


def test_every_file_passed_over_is_named_with_the_reason(tmp_path):
    file_of(tmp_path, "la_code,area,fy_end,cla_31mar", "301,One,2024,5", name="A.CSV")
    file_of(tmp_path, "a,b", "1,2", name="other.csv")
    file_of(tmp_path, "area,fy_end,b", "One,2024,2", name="form.csv")
    file_of(tmp_path, "area,fy_end,measure,value", "One,2024,cars,2", name="long.csv")
    file_of(tmp_path, "area,fy_end,cla_31mar", name="bare.csv")
    for name in ("empty.csv", "~$A.csv", ".hidden.csv", "notes.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    panel = read_panel(tmp_path)
    assert panel.value("cla_31mar", "301", 2024) == 5
    told = dict(panel.passed_over)
    assert "no column for the year" in told.pop("other.csv")
    assert "of no form known: area, fy_end, b" in told.pop("form.csv")
    assert told == {
        "long.csv": "no row has a measure that is known",
        "bare.csv": "has no rows",
        "empty.csv": "is empty",
        "notes.txt": "is no CSV file",
        ".hidden.csv": "is a hidden file",
        "~$A.csv": "is a mark that an office program leaves beside an open file",
    }


def test_where_nothing_can_be_read_each_file_has_its_reason(tmp_path):
    file_of(tmp_path, "a,b", "1,2", name="other.csv")
    with pytest.raises(UsageError, match=r"other\.csv: has no column for the year"):
        read_panel(tmp_path)
