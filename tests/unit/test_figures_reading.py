"""Reading tables of figures: what is accepted, and the words of every refusal."""

import datetime as dt

import pytest

from isthmus.data import csvtext
from isthmus.data.figures import read_figures
from isthmus.errors import FiguresError

HEADER = "series,place,group,period,kind,unit,value,publisher,published_or_seen,confidence,note"
LONG = "period,nationality,checkpoint,measure,kind,unit,value,publisher"


def row(**cells):
    whole = {
        "series": "ecuador_entries",
        "place": "ecuador",
        "group": "CHN",
        "period": "2023-01",
        "kind": "flow",
        "unit": "persons",
        "value": "2061",
        "publisher": "INEC",
        "published_or_seen": "2024-05-31",
        "confidence": "S2",
        "note": "",
    }
    return ",".join((whole | cells).values())


def read(tmp_path, *lines, header=HEADER, encoding="utf-8"):
    path = tmp_path / "figures.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return read_figures(path)


def refusal(tmp_path, *lines, **how):
    with pytest.raises(FiguresError) as error:
        read(tmp_path, *lines, **how)
    return str(error.value)


def test_a_good_table_is_read_as_written(tmp_path):
    figures = read(
        tmp_path, row(), row(period="2023-02", value="2796.5", note='"a note, quoted"'), row(period="2023-03", value="")
    )
    series = figures.series("ecuador_entries")
    assert series.points() == (("2023-01", 2061.0), ("2023-02", 2796.5))
    assert series.get("2023-03") is None
    assert [f.note for f in series.figures] == ["", "a note, quoted", ""]
    assert [f.line for f in figures.rows] == [2, 3, 4]
    assert figures.rows[0].seen == dt.date(2024, 5, 31)


def test_a_byte_order_mark_crlf_blank_lines_and_other_column_orders_are_fine(tmp_path):
    columns = HEADER.split(",")[::-1]
    cells = row().split(",")[::-1]
    path = tmp_path / "figures.csv"
    path.write_bytes(("\ufeff" + ",".join(columns) + "\r\n\r\n" + ",".join(cells) + "\r\n,,,,,,,,,,\r\n").encode())
    assert read_figures(path).series("ecuador_entries").at("2023-01") == 2061


def test_the_note_column_may_be_left_out(tmp_path):
    assert read(tmp_path, row()[:-1], header=HEADER.removesuffix(",note")).rows[0].note == ""


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"value": '"1,234"'}, [": value", "'1,234'", "thousands separators", "without separators"]),
        ({"value": '"1.234,5"'}, ["'1.234,5'", "thousands separators"]),
        ({"value": "1 234"}, ["thousands separators"]),
        ({"value": "1.234"}, ["thousands separators"]),
        ({"value": "1.234.567"}, ["thousands separators"]),
        ({"value": "-5"}, ["zero or more", "negative", "correct the sign"]),
        ({"value": "nan"}, ["'nan'", "leave the cell blank"]),
        ({"value": "inf"}, ["'inf'", "leave the cell blank"]),
        ({"value": "-inf"}, ["'-inf'", "leave the cell blank"]),
        ({"value": "n/a"}, ["leave the cell blank"]),
        ({"value": "1.2E+05"}, ["scientific notation", "write out all digits"]),
        ({"value": "1_000"}, ["thousands separators"]),
        ({"value": "about 500"}, ["'about 500'", "digits only"]),
        ({"value": "٣"}, ["digits only"]),
        ({"value": "9" * 400}, ["a finite number"]),
        ({"period": "2023-13"}, [": period", "YYYY-MM", "'2023-13'"]),
        ({"period": "01/2023"}, ["YYYY-MM", "write January 2023 as 2023-01"]),
        ({"period": "2023-01-05"}, ["days are too fine"]),
        ({"period": "0023"}, ["a year from 1900"]),
        ({"kind": "flows"}, [": kind", "did you mean 'flow'?"]),
        ({"kind": ""}, ["'flow'", "found nothing"]),
        ({"unit": ""}, [": unit", "fill the cell"]),
        ({"publisher": ""}, [": publisher", "fill the cell"]),
        ({"confidence": "A"}, [": confidence", "S, S2, D, C, B"]),
        ({"published_or_seen": ""}, [": published_or_seen", "found nothing", "2024-05-31"]),
        ({"published_or_seen": "2024-02-30"}, ["which no calendar has"]),
        ({"published_or_seen": "31/05/2024"}, ["YYYY-MM-DD"]),
        ({"published_or_seen": "2022-12-31"}, ["not before the period 2023-01"]),
        ({"group": "Uyghur"}, [": group", "nationalities and nothing finer"]),
        ({"group": "chn"}, ["alpha-3"]),
        ({"series": "Ecuador entries"}, [": series", "lower-case"]),
        ({"place": ""}, [": place", "found nothing"]),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_remedy(tmp_path, cells, words):
    said = refusal(tmp_path, row(period="2022-12"), row(**cells))
    assert "figures.csv:3: " in said
    for word in words:
        assert word in said


def test_three_decimals_are_fine_where_nothing_is_counted(tmp_path):
    assert read(tmp_path, row(unit="percent", value="1.234")).rows[0].value == 1.234


def test_all_problems_come_at_once_in_order_of_lines(tmp_path):
    with pytest.raises(FiguresError) as error:
        read(tmp_path, row(value="-1", kind="x"), row(period="2023-02"), row(period="2023-02"), row(group="China"))
    places = [p.where.rsplit("figures.csv:", 1)[1] for p in error.value.problems]
    assert places == ["2: kind", "2: value", "4: period", "5: group"]
    assert error.value.exit_code == 3


def test_many_problems_are_cut_short_and_counted(tmp_path):
    with pytest.raises(FiguresError) as error:
        read(tmp_path, *[row(value="x")] * 1000)
    assert len(error.value.problems) == csvtext.MAX_PROBLEMS + 1
    assert "800 more problems" in str(error.value)


def test_a_month_given_twice_is_refused_and_both_lines_named(tmp_path):
    said = refusal(tmp_path, row(), row(value="2062"))
    assert "figures.csv:3: period" in said
    assert "ecuador_entries CHN 2023-01 again, first in line 2" in said


def test_the_same_day_written_two_ways_is_the_same_vintage(tmp_path):
    assert "again, first in line 2" in refusal(tmp_path, row(), row(published_or_seen="2024-05"))


def test_a_revision_is_a_second_vintage_and_the_latest_counts(tmp_path):
    figures = read(tmp_path, row(value="400", published_or_seen="2024-02"), row(value="326", published_or_seen="2023-03-15"))
    assert figures.series("ecuador_entries").at("2023-01") == 400
    assert [f.value for f in figures.vintages("ecuador_entries")] == [400, 326]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"kind": "stock"}, [": kind", "keeps its kind", "'flow', as in line 2"]),
        ({"unit": "events"}, [": unit", "keeps its unit", "'persons', as in line 2"]),
        ({"period": "2022"}, [": period", "no series mixes the two", "ecuador_entries_yearly"]),
    ],
)
def test_a_series_keeps_its_nature(tmp_path, cells, words):
    said = refusal(tmp_path, row(), row(**({"period": "2023-02"} | cells)))
    assert "figures.csv:3" in said
    for word in words:
        assert word in said


def test_missing_and_misspelt_columns_are_named_together(tmp_path):
    said = refusal(tmp_path, "x", header=HEADER.replace("period", "perod").replace(",unit", ""))
    assert "unknown column 'perod'" in said
    assert "did you mean 'period'?" in said
    assert "rename 'perod'" in said
    assert "a column 'unit'" in said


def test_a_column_given_twice_is_refused(tmp_path):
    assert "2 columns 'value'" in refusal(tmp_path, row() + ",5", header=HEADER + ",value")


def test_semicolons_are_explained(tmp_path):
    assert "separated by semicolons" in refusal(tmp_path, header=HEADER.replace(",", ";"))


@pytest.mark.parametrize(
    "column",
    [
        "name",
        "passport_no",
        "Phone",
        "birth_date",
        "BirthDate",
        "handle",
        "age",
        "lat",
        "longitude",
        "gps_lat",
        "apellidos",
    ],
)
def test_columns_about_a_person_are_refused_and_never_quoted(tmp_path, column):
    said = refusal(tmp_path, row() + ",Zhang Wei E1234", header=f"{HEADER},{column}")
    assert "no column may describe a person" in said
    assert column in said
    assert "Zhang" not in said


@pytest.mark.parametrize("column", ["ethnicity", "religion", "political_party", "health"])
def test_forbidden_traits_are_refused(tmp_path, column):
    assert "ethnicity, religion, politics and health are refused" in refusal(tmp_path, header=f"{HEADER},{column}")


def test_the_name_of_a_place_is_unknown_and_not_a_person(tmp_path):
    said = refusal(tmp_path, header=f"{HEADER},place_name")
    assert "unknown column 'place_name'" in said
    assert "person" not in said


def test_latin_1_is_refused_with_the_line_and_the_letter(tmp_path):
    said = refusal(tmp_path, row(), row(period="2023-02", publisher="Migración"), encoding="latin-1")
    assert "figures.csv:3" in said
    assert "byte 0xF3" in said
    assert "'ó'" in said
    assert "CSV UTF-8" in said


def test_utf_16_is_named(tmp_path):
    assert "UTF-16" in refusal(tmp_path, row(), encoding="utf-16")


def test_an_empty_file_and_a_bare_header_are_refused(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text("\n \n")
    with pytest.raises(FiguresError, match="an empty file; start the file with the line series,place"):
        read_figures(path)
    assert "figures below the header" in refusal(tmp_path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FiguresError, match=r"none\.csv: expected a readable CSV file.*check the path"):
        read_figures(tmp_path / "none.csv")
    with pytest.raises(FiguresError, match="check the path"):
        read_figures(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "figures.csv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(FiguresError, match="at most 20 MB; found 50 MB"):
        read_figures(path)


def test_ragged_rows_and_broken_quotes_are_refused(tmp_path):
    assert "expected 11 cells, as in the header; found 12 cells" in refusal(tmp_path, row() + ",x")
    assert "quotes in pairs" in refusal(tmp_path, row(note='"open'))


def test_the_long_form_is_recognised_by_its_header(tmp_path):
    figures = read(
        tmp_path,
        "2023-01,CHN,us_southwest_border,encounters,flow,events,1084,CBP",
        "2023-02,CHN,us_southwest_border,encounters,flow,events,1368,CBP",
        "2023-01,VEN,darien,irregular_transits,flow,persons,2337,SNM",
        "2023-01,CHN,peru,entries,flow,persons,5,Migraciones",
        header=LONG,
    )
    series = figures.series("us_encounters")
    assert (series.place, series.total("2023-01", "2023-02")) == ("us_border", 2452)
    assert figures.series("darien_transits", group="VEN").at("2023-01") == 2337
    assert figures.series("peru_entries").place == "peru"
    assert {f.published_or_seen for f in figures.rows} == {"2023-02-28"}
    assert {f.confidence for f in figures.rows} == {"S2"}


def test_the_long_form_takes_the_date_it_was_seen(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(f"{LONG}\n2023-01,CHN,ecuador,exits,flow,persons,1222,INEC\n")
    assert read_figures(path, seen=dt.date(2024, 6, 30)).rows[0].published_or_seen == "2024-06-30"


def test_problems_of_the_long_form_carry_lines(tmp_path):
    bad = '2023-01,China,ecuador,entries,flow,persons,"2,061",INEC'
    said = refusal(tmp_path, bad, bad, header=LONG)
    for place in ("2: nationality", "2: value", "3: nationality", "3: value"):
        assert f"figures.csv:{place}" in said


def test_writing_and_reading_gives_the_same_figures_and_hash(tmp_path):
    first = read(tmp_path, row(value="0.1234567"), row(period="2023-02", value="", note='"says ""no"", twice"'))
    copy = tmp_path / "copy.csv"
    copy.write_text(first.to_csv(), encoding="utf-8")
    second = read_figures(copy)
    assert second == first
    assert second.hash == first.hash
    assert len(first.hash) == 64
    other = read(tmp_path, row(value="0.1234568"), row(period="2023-02", value="", note='"says ""no"", twice"'))
    assert other.hash != first.hash
