"""A ministry's spreadsheet by e-mail: the mapping file, HXL hashtags, and what is refused."""

from __future__ import annotations

import pytest
from publishers import workbook

from isthmus.data.sources import Wanted
from isthmus.data.sources.mapping import Mapped
from isthmus.data.web import Folder
from isthmus.errors import SourceError, SpecError

BASE = """\
name: ministry
publisher: Ministry of the Interior
licence: by e-mail, may be quoted
file: table.{kind}
series:
  - {{name: entries, kind: flow, unit: persons, counts: entries at border posts{value}}}
"""


def read(folder, content, *, kind="csv", value="", extra=""):
    (folder / f"table.{kind}").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "table.yaml").write_text(BASE.format(kind=kind, value=f", value: '{value}'" if value else "") + extra)
    source = Mapped(folder / "table.yaml")
    web = Folder("ministry", source.folder)
    try:
        delivery = source.fetch(web, Wanted())
        return delivery, {(r.place, r.group, r.period): r.value for r in delivery.readings}
    finally:
        web.close()


COLUMNS = "columns: {period: Mes, year: Año, group: Nacionalidad}\nplace: costa_rica\n"


def test_columns_by_name_in_a_spreadsheet_with_a_title(tmp_path):
    rows = [
        ["Ministry of the Interior"],
        [],
        ["Año", "Mes", "Nacionalidad", "Total"],
        [2024, "enero", "China", 1200],
        [2024, "febrero", "Total", 30],
    ]
    _, values = read(tmp_path, workbook({"Hoja1": rows}), kind="xlsx", value="Total", extra=COLUMNS)
    assert values == {("costa_rica", "CHN", "2024-01"): 1200, ("costa_rica", "ALL", "2024-02"): 30}


def test_numbers_with_marks_and_words_for_nothing(tmp_path):
    text = "Año;Mes;Nacionalidad;Total\n2024;1;China;1.234\n2024;2;China;no hay\n"
    extra = COLUMNS + "numbers: {thousands: '.', decimal: ','}\nmissing: [no hay]\n"
    _, values = read(tmp_path, text, value="Total", extra=extra)
    assert values == {("costa_rica", "CHN", "2024-01"): 1234, ("costa_rica", "CHN", "2024-02"): None}


def test_hashtags_need_no_columns_in_the_mapping(tmp_path):
    text = "Month,From,To,People\n#date,#country+origin+code,#country+code+dest,#affected\n2024-01,CHN,Panama,7\n"
    _, values = read(tmp_path, text)
    assert values == {("panama", "CHN", "2024-01"): 7}


def test_hashtags_with_attributes_are_told_apart(tmp_path):
    text = "#date,#country+origin,#affected+f,#affected+m\n2024-01,China,3,4\n"
    _, values = read(tmp_path, text, value="#affected+m", extra="place: here\n")
    assert values == {("here", "CHN", "2024-01"): 4}
    with pytest.raises(SourceError, match="#affected: expected one column; found #affected\\+f, #affected\\+m"):
        read(tmp_path, text, extra="place: here\n")


def test_a_table_with_months_as_columns(tmp_path):
    text = "Entries 2024,,,\nCountry,January,February,March,Total\nChina,5,6,0,11\nVenezuela,1,2,0,3\nTotal,6,8,0,14\n"
    delivery, values = read(tmp_path, text, extra="layout: months\nplace: here\n")
    assert values["here", "CHN", "2024-02"] == 6
    assert ("here", "CHN", "2024-03") not in values
    assert {s.group: s.value for s in delivery.stated} == {"CHN": 11, "VEN": 3, "ALL": 14}


def test_parts_are_added_only_where_the_mapping_says_so(tmp_path):
    text = "Año,Mes,Nacionalidad,Total\n2024,1,China,3\n2024,1,China,4\n"
    delivery, values = read(tmp_path, text, value="Total", extra=COLUMNS + "add_up: true\n")
    assert values == {("costa_rica", "CHN", "2024-01"): 7}
    assert len(delivery.readings) == 1
    assert len(read(tmp_path, text, value="Total", extra=COLUMNS)[0].readings) == 2


def test_a_table_about_persons_is_refused_and_not_quoted(tmp_path):
    text = "Año,Mes,Nacionalidad,Pasaporte,Total\n2024,1,China,E12345678,1\n"
    with pytest.raises(SourceError, match="aggregate figures only") as error:
        read(tmp_path, text, value="Total", extra=COLUMNS)
    assert "E12345678" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Año,Mes,Nacionalidad,Totales\n2024,1,China,1\n", "a column 'Total'.*renamed it to 'totales'"),
        ("Año,Mes,Nacionalidad,Total\n2024,someday,China,1\n", "a month"),
        ("Año,Mes,Nacionalidad,Total\n2024,1,China,12a\n", "a number"),
        ("", "a column"),
    ],
)
def test_a_table_that_is_not_as_the_mapping_says(tmp_path, text, words):
    with pytest.raises(SourceError, match=words):
        read(tmp_path, text, value="Total", extra=COLUMNS)


def test_a_mapping_file_that_is_wrong_says_everything_at_once(tmp_path):
    (tmp_path / "m.yaml").write_text(
        "name: Big Name\npublisher: P\nlicense: x\nseries:\n  - {name: a, kind: flux, unit: persons}\n"
    )
    with pytest.raises(SpecError) as error:
        _ = Mapped(tmp_path / "m.yaml").about
    said = str(error.value)
    assert len(error.value.problems) >= 4
    assert "m.yaml:3" in said
    assert "licence" in said
    assert "delete the key" in said
