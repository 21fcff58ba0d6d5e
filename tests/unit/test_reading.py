"""Charsets, numbers, months, countries, pages and workbooks as publishers write them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publishers import workbook

from isthmus.data.reading import country_code, month_of, place_name, whole
from isthmus.data.reading.html import links, tables
from isthmus.data.reading.numbers import measured
from isthmus.data.reading.text import decoded
from isthmus.data.web import Answer
from isthmus.errors import SourceError


def answer(content, **headers):
    return Answer("test", "https://example.org/x", io.BytesIO(content), len(content), "0" * 64, {"content-type": "", **headers})


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "declared", ["text/csv", "text/csv; charset=iso-8859-1", "text/csv; charset=utf-8", "text/csv; charset=klingon"]
)
def test_a_wrong_charset_does_no_harm(charset, declared):
    content = "País;Año\nPerú;2024\n".encode(charset)
    assert [dict(row.cells) for row in answer(content, **{"content-type": declared}).rows(("Pais", "ANO"))] == [
        {"pais": "Perú", "ano": "2024"}
    ]


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20), max_size=20),
    st.sampled_from(("\n", "\r\n", "\r")),
)
def test_lines_come_whole_whatever_ends_them(texts, end):
    content = end.join([*texts, ""]).encode("utf-8")
    assert "".join(decoded(io.BytesIO(content), "test")) == "\n".join([*texts, ""]).removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234),
        ("1,234", 1234),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("12.0", 12),
        ("-", None),
        ("", None),
        ("n.d.", None),
        ("7*", 7),
    ],
)
def test_counts_are_read(text, value):
    assert whole(text) == value


@pytest.mark.parametrize("text", ["12a", "1,23", "1.5", "-5", "1,234.567", "1e5", "1,2345", "٣"])
def test_what_is_surely_no_count_is_refused(text):
    with pytest.raises(ValueError, match="is not a count"):
        whole(text)


def test_measured_numbers_say_their_marks():
    assert measured("1.234,5", decimal=",", thousands=".") == 1234.5
    with pytest.raises(ValueError, match="is not a number"):
        measured("1.234,5")


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [("2024-05", "", "2024-05"), ("2024-05-31", "", "2024-05"), ("2024-05-01T00:00:00", "", "2024-05"),
     ("05/2024", "", "2024-05"), ("31/05/2024", "", "2024-05"), ("mayo de 2024", "", "2024-05"), ("May 2024", "", "2024-05"),
     ("2024 mai", "", "2024-05"),
     ("Setiembre", "2024", "2024-09"), ("5", "2024", "2024-05"), ("2024", "", "2024"), ("20240501"[:6], "", "2024-05")],
)  # fmt: skip
def test_months_are_read(text, year, month):
    assert month_of(text, year) == month


@pytest.mark.parametrize(
    ("text", "year"), [("5/31/2024", ""), ("13", "2024"), ("soon", ""), ("May", ""), ("mayo", "24"), ("", "2024")]
)
def test_months_are_not_guessed(text, year):
    with pytest.raises(ValueError, match="is not a month"):
        month_of(text, year)


@pytest.mark.parametrize(
    ("name", "code"),
    [("China", "CHN"), ("CHINA, PEOPLES REPUBLIC OF", "CHN"), ("República Popular China", "CHN"), ("Hong Kong", "HKG"),
     ("Perú", "PER"),
     ("TURKEY", "TUR"), ("MYANMAR (BURMA)", "MMR"), ("Otros", "OTH"), ("Chile", "CHL"), ("CHI", None), ("Atlantis", None),
     ("Viet Nam", "VNM"),
     ("Venezuela (Bolivarian Republic of)", "VEN"),
     ("Korea, Republic of", "KOR"), ("Haití", "HTI"), ("", None)],
)  # fmt: skip
def test_countries_by_name(name, code):
    assert country_code(name) == code


@given(st.text(max_size=60))
def test_every_name_becomes_an_identifier(text):
    assert __import__("re").fullmatch(r"[a-z][a-z0-9_]{0,39}", place_name(text))


def test_cells_over_several_columns_and_rows():
    page = "<table><tr><th rowspan=2>A<th colspan=2>B</tr><tr><td>1<td>2<br>3</table>"
    assert tables(page) == [[["A", "B", "B"], ["A", "1", "2 3"]]]
    assert links('<a href="x.csv">the <b>file</b></a>', "https://example.org/a/")[0].url == "https://example.org/a/x.csv"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0old", "an old .xls file"),
        (b"PK\x03\x04cut", "not a whole workbook"),
        (b"<html><title>Sorry</title>", "'Sorry'"),
    ],
)
def test_what_is_no_workbook_says_what_it_is(content, words):
    with pytest.raises(SourceError, match=words):
        answer(content).sheets()


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("isthmus.data.reading.sheets.MAX_UNPACKED", 1000)
    with pytest.raises(SourceError, match="unpacks to"):
        answer(workbook({"a": [["x"]]})).sheets()


def test_an_archive_without_a_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SourceError, match="an archive without a workbook"):
        answer(file.getvalue()).sheets()


def test_an_answer_knows_when_it_was_published():
    assert answer(b"", **{"last-modified": "Fri, 14 Jun 2024 12:00:00 GMT"}).published.isoformat() == "2024-06-14"
    assert answer(b"", **{"last-modified": "yesterday"}).published is None
