"""Each publisher's documented shape, made up here, and what its adapter makes of it."""

from __future__ import annotations

import csv
import datetime as dt
import re
import json
from pathlib import Path

import pytest
from publishers import QUICK, LocalClient, Reply, publisher, workbook

from isthmus.data.sources import Wanted, registry
from isthmus.errors import InputError, SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"
WANTED = Wanted(groups=("CHN",), since=2012, today=dt.date(2024, 6, 15))


@pytest.fixture
def here():
    with publisher() as state:
        yield state


def fetch(here, name, wanted=WANTED):
    client = LocalClient(name, QUICK, port=here.port)
    try:
        delivery = registry.find(name).fetch(client, wanted)
        return delivery, {(r.series, r.place, r.group, r.period): r.value for r in delivery.readings}
    finally:
        client.close()


def csv_bytes(rows):
    return "\n".join(",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row) for row in rows).encode()


def links(*urls):
    return ("<!doctype html><title>Statistics</title>" + "".join(f'<a href="{url}">file</a>' for url in urls)).encode()


def json_pages(pages, count="maxPages"):
    """Answer page=N with the Nth page."""

    def reply(query):
        n = int(query.get("page", 1))
        return Reply(json.dumps({"page": n, count: len(pages), "items": pages[n - 1]}).encode())

    return reply


def unhcr_item(year, asylum, **fields):
    return {
        "year": year,
        "coo_id": 39,
        "coo_name": "China",
        "coo": "CHI",
        "coo_iso": "CHN",
        "coa_iso": asylum,
        "coa": "XXX",
        **fields,
    }


API = "/api.unhcr.org/population/v1"
NO_DECISIONS = {"dec_recognized": 0, "dec_other": 0, "dec_rejected": 0, "dec_closed": 0}


def test_unhcr_adds_up_pages_and_keeps_new_applications_apart(here):
    here.routes[f"{API}/population/"] = json_pages(
        [[unhcr_item(2022, "USA", asylum_seekers="100", refugees="-")], [unhcr_item(2022, "ECU", asylum_seekers=5, refugees=7)]]
    )
    here.routes[f"{API}/asylum-applications/"] = json_pages([[
        unhcr_item(2020, "USA", app_type="N", app_pc="C", applied=10),
        unhcr_item(2020, "USA", app_type="N", app_pc="P", applied=3),
        unhcr_item(2020, "USA", app_type="A", app_pc="P", applied=999),
        unhcr_item(2021, "CAN", app_type="N", app_pc="P", applied="4"),
    ]])  # fmt: skip
    here.routes[f"{API}/asylum-decisions/"] = json_pages([[unhcr_item(2022, "USA", **{**NO_DECISIONS, "dec_recognized": 6})]])
    delivery, values = fetch(here, "unhcr")
    assert values["unhcr_pending", "world", "CHN", "2022"] == 105
    assert values["unhcr_refugees", "world", "CHN", "2022"] == 7
    assert values["unhcr_new_applications", "usa", "CHN", "2020"] == 13
    assert values["unhcr_new_applications", "world", "CHN", "2021"] == 4
    assert values["unhcr_decisions_recognized", "usa", "CHN", "2022"] == 6
    assert any("level break at 2021" in remark.text for remark in delivery.remarks)
    assert all("cf_type=ISO" in path for path, _ in here.asked)


def test_unhcr_says_where_its_series_break(here):
    """Before 2006 type N is one country's; from 2021 that country's affirmative claims are absent."""
    here.routes[f"{API}/population/"] = json_pages([[]])
    applied = [unhcr_item(year, "USA", app_type="N", app_pc="C", applied=year) for year in (2004, 2005, 2006, 2020, 2021)]
    here.routes[f"{API}/asylum-applications/"] = json_pages([applied])
    here.routes[f"{API}/asylum-decisions/"] = json_pages([[]])
    delivery, values = fetch(here, "unhcr")
    texts = [remark.text for remark in delivery.remarks if remark.check == "definition"]
    assert any("before 2006 are those of the United States alone (2004 to 2005)" in text for text in texts)
    assert any("level break at 2021" in text for text in texts)
    assert values["unhcr_new_applications", "usa", "CHN", "2021"] == 2021, "said, and not mended"


@pytest.mark.skipif(not SHARED.exists(), reason="the folder of public statistics is not here")
def test_unhcr_gives_the_known_sums_from_the_published_rows(here):
    """613,532 summed year-end stocks of 2012-2020 and 309,666 new applications of 2012-2023, from UNHCR's own rows."""

    def items(file, make):
        with (SHARED / file).open(encoding="utf-8") as lines:
            return [make(row) for row in csv.DictReader(lines) if int(row["year"]) >= 2012]

    stocks = items(
        "unhcr_stocks_chn.csv",
        lambda r: unhcr_item(int(r["year"]), r["asylum_country"], asylum_seekers=r["asylum_seekers"], refugees=r["refugees"]),
    )
    new = items(
        "unhcr_asylum_applications_chn.csv",
        lambda r: unhcr_item(
            int(r["year"]), r["asylum_country"], app_type=r["app_type"], app_pc=r["app_pc"], applied=r["applied"]
        ),
    )
    here.routes[f"{API}/population/"] = json_pages([stocks[n : n + 300] for n in range(0, len(stocks), 300)])
    here.routes[f"{API}/asylum-applications/"] = json_pages([new])
    here.routes[f"{API}/asylum-decisions/"] = json_pages([[]])
    _, values = fetch(here, "unhcr")
    assert sum(values["unhcr_pending", "world", "CHN", str(year)] for year in range(2012, 2021)) == 613_532
    assert sum(values["unhcr_new_applications", "world", "CHN", str(year)] for year in range(2012, 2024)) == 309_666


@pytest.mark.parametrize(
    "body", [b'{"items": 3}', b"[]", b'{"items": [{"year": 2020}]}', b"{", b"<html><title>Blocked</title></html>"]
)
def test_unhcr_says_when_the_api_has_changed(here, body):
    here.say(f"{API}/population/", body)
    with pytest.raises(SourceError, match=r"nothing was stored|use --from"):
        fetch(here, "unhcr")


CBP_HEAD = (
    "Fiscal Year", "Month Grouping", "Month (abbv)", "Component", "Land Border Region", "Area of Responsibility", "AOR (Abbv)",
    "Demographic", "Citizenship", "Title of Authority", "Encounter Type", "Encounter Count",
)  # fmt: skip
CBP_PAGE = "/www.cbp.gov/document/stats/nationwide-encounters"


def cbp_row(year, month, citizenship, count, *, component="U.S. Border Patrol", region="Southwest Land Border"):
    return (year, "FYTD", month, component, region, "San Diego Sector", "San Diego", "Single Adults", citizenship, "Title 8",
            "Apprehensions", count)  # fmt: skip


def cbp_file(here, rows, name="nationwide-encounters-fy21-fy24-may-aor.csv"):
    older = "/files/nationwide-encounters-fy20-fy23-aor.csv"
    here.say(CBP_PAGE, links(older, "/files/other.csv", f"/files/{name}"))
    here.say(f"/files/{name}", Reply(csv_bytes([CBP_HEAD, *rows]), headers={"Last-Modified": "Fri, 14 Jun 2024 12:00:00 GMT"}))


def test_cbp_turns_fiscal_years_into_months_and_rows_into_sums(here):
    cbp_file(here, [
        cbp_row(2024, "OCT", "CHINA, PEOPLES REPUBLIC OF", 10),
        cbp_row(2024, "OCT", "CHINA, PEOPLES REPUBLIC OF", 5, component="Office of Field Operations"),
        cbp_row(2024, "OCT", "CHINA, PEOPLES REPUBLIC OF", 2, region="Northern Land Border"),
        cbp_row("2024 (FYTD)", "JAN", "OTHER", 7),
        cbp_row(2024, "NOV", "ATLANTIS", 1),
    ])  # fmt: skip
    delivery, values = fetch(here, "cbp")
    assert values["us_encounters", "us_border", "CHN", "2023-10"] == 15
    assert values["us_apprehensions", "us_border", "CHN", "2023-10"] == 10
    assert values["us_encounters_nationwide", "usa", "CHN", "2023-10"] == 17
    assert values["us_encounters", "us_border", "CHN", "2024-01"] == 0, "the file is complete: no row is no encounter"
    assert ("us_encounters", "us_border", "CHN", "2023-12") not in values, "a month without any row is not covered"
    assert values["us_encounters", "us_border", "OTH", "2023-11"] == 1
    assert "ATLANTIS" in delivery.remarks[0].text
    assert delivery.published == dt.date(2024, 6, 14)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (csv_bytes([("Year", "Citizenship"), (2024, "CHINA")]), "a column 'Fiscal Year'"),
        (csv_bytes([CBP_HEAD, cbp_row(2024, "OCT", "CHINA", "many")]), "a count"),
        (csv_bytes([CBP_HEAD, cbp_row("last year", "OCT", "CHINA", 1)]), "Fiscal Year"),
        (csv_bytes([CBP_HEAD, cbp_row(2024, "OCT", "CHINA", 1)[:-2]]), "12 cells"),
        (csv_bytes([CBP_HEAD]) + b'\n"open', "CSV"),
        (b"<!DOCTYPE html><html><title>Access denied</title>", "'Access denied'"),
        (b"", "a column 'Fiscal Year'"),
    ],
)
def test_cbp_stores_nothing_of_a_file_that_has_changed(here, content, words):
    cbp_file(here, [])
    here.say("/files/nationwide-encounters-fy21-fy24-may-aor.csv", content)
    with pytest.raises(SourceError, match=words):
        fetch(here, "cbp")


def test_cbp_says_when_the_page_links_no_file(here):
    here.say(CBP_PAGE, links("/elsewhere.pdf"))
    with pytest.raises(SourceError, match="--from"):
        fetch(here, "cbp")


MONTHS = ("Ene", "Feb", "Mar", "Abr", "May", "Jun", "Jul", "Ago", "Sep", "Oct", "Nov", "Dic")
PANAMA = [
    ["REPÚBLICA DE PANAMÁ"],
    ["TRÁNSITO IRREGULAR DE EXTRANJEROS POR LA FRONTERA CON COLOMBIA, POR MES Y PAÍS: AÑO 2024"],
    [],
    ["PAÍS", "TOTAL", *MONTHS],
    ["TOTAL", 1650, 800, 850, *[0] * 10],
    ["Asia", 150, 100, 50, *[0] * 10],
    ["China", 150, 100, 50, *[0] * 10],
    ["América del Sur", 1500, 700, 800, *[0] * 10],
    ["Venezuela", 1400, 650, 750, *[0] * 10],
    ["Perú", 95, 48, 47, *["-"] * 10],
    ["Atlántida", 5, 2, 3, *[""] * 10],
    ["Fuente: Servicio Nacional de Migración"],
]
PANAMA_PAGE = "/www.migracion.gob.pa/estadisticas/"


def as_html(rows):
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<!DOCTYPE html><html><body><p>2019</p><table>{cells}</table></body></html>".encode()


def panama_as(form, here):
    if form == "html":
        here.say(PANAMA_PAGE, as_html([[*row] for row in PANAMA if row]))
    else:
        here.say(PANAMA_PAGE, links("/files/TRANSITO-IRREGULAR-POR-DARIEN-2024.xlsx"))
        here.say("/files/TRANSITO-IRREGULAR-POR-DARIEN-2024.xlsx", workbook({"2024": PANAMA, "notes": [["nothing"]]}))


@pytest.mark.parametrize("form", ["xlsx", "html"])
def test_panama_reads_the_same_table_as_spreadsheet_and_as_page(here, form):
    panama_as(form, here)
    delivery, values = fetch(here, "panama_snm")
    assert values["darien_transits", "darien", "CHN", "2024-02"] == 50
    assert values["darien_transits", "darien", "PER", "2024-01"] == 48
    assert values["darien_transits", "darien", "ALL", "2024-02"] == 850
    assert max(period for *_, period in values) == "2024-02", "months to come are not zero"
    stated = {(s.group, s.first, s.last): s.value for s in delivery.stated}
    assert stated["ALL", "2024-01", "2024-02"] == 1650
    assert [remark.text for remark in delivery.remarks] == ["2024: no country and not counted by nationality: Atlántida: 5"]


def test_panama_says_when_there_is_no_table(here):
    here.say(PANAMA_PAGE, b"<!doctype html><html><p>Under maintenance</p></html>")
    with pytest.raises(SourceError, match="months as columns"):
        fetch(here, "panama_snm")


def test_panama_refuses_cells_that_are_no_counts(here):
    here.say(PANAMA_PAGE, as_html([PANAMA[1], PANAMA[3], ["China", "1x0", *["5"] * 12]]))
    with pytest.raises(SourceError, match="'1x0' is not a count"):
        fetch(here, "panama_snm")


def test_mexico_reads_table_311(here):
    page = "/portales.segob.gob.mx/es/PoliticaMigratoria/Boletines_Estadisticos"
    table = [
        ["3.1.1 Eventos de personas en situación migratoria irregular en México, según país de nacionalidad, 2023"],
        ["Continente / país de nacionalidad", *MONTHS, "Total"],
        ["Total general", "1,400", *["0"] * 10, "1,500", "2,900"],
        ["Asia", 400, *[0] * 10, 500, 900],
        ["China (República Popular)", 400, *[0] * 10, 500, 900],
        ["Venezuela", "1,000", *[0] * 10, "1,000", "2,000"],
    ]
    here.say(page, links("/work/CUADRO3_1_1.xlsx"))
    here.say("/work/CUADRO3_1_1.xlsx", workbook({"Cuadro 3.1.1": table}))
    _, values = fetch(here, "mexico_upmrip")
    assert values["mexico_events", "mexico", "CHN", "2023-12"] == 500
    assert values["mexico_events", "mexico", "ALL", "2023-01"] == 1400


def test_honduras_goes_by_names_of_columns_and_countries(here):
    """One file has China under another country's code and its columns in another order."""
    here.say("/inm.gob.hn/estadisticas.html", links("/2023.csv", "/2024.xlsx"))
    here.say(
        "/2023.csv",
        "Año;Mes;Código;País;Ingresos regulares;Ingresos irregulares\n2023;Diciembre;TWN;China;12;900\n".encode("cp1252"),
    )
    table = [
        ["Código", "País", "Ingresos irregulares", "Ingresos regulares", "Año", "Mes"],
        ["CHN", "China", 1000, 11, 2024, "enero"],
        ["", "Total", 1000, 11, 2024, "enero"],
    ]
    here.say("/2024.xlsx", workbook({"Hoja1": table}))
    delivery, values = fetch(here, "honduras_inm")
    assert values["honduras_entries", "honduras", "CHN", "2023-12"] == 900
    assert values["honduras_entries", "honduras", "CHN", "2024-01"] == 1000
    assert values["honduras_entries_regular", "honduras", "CHN", "2024-01"] == 11
    assert "beside the code TWN: counted as CHN" in delivery.remarks[0].text
    assert delivery.stated


def test_ecuador_adds_up_the_register_and_reads_tables(here):
    here.say("/www.ecuadorencifras.gob.ec/entradas-y-salidas-internacionales/", links("/esi_2022.csv", "/entradas_2023.csv"))
    register = (
        "tip_movi,nac_migr,edad,mes_movi,anio_movi\n" + "Entrada,China,30,enero,2022\n" * 3 + "Salida,China,31,enero,2022\n"
    )
    here.say("/esi_2022.csv", register.encode())
    here.say(
        "/entradas_2023.csv", 'Año,Mes,Nacionalidad,Entradas,Salidas\n2023,1,China,"1.100",800\n2023,1,Narnia,2,1\n'.encode()
    )
    delivery, values = fetch(here, "ecuador")
    assert values["ecuador_entries", "ecuador", "CHN", "2022-01"] == 3
    assert values["ecuador_exits", "ecuador", "CHN", "2022-01"] == 1
    assert values["ecuador_entries", "ecuador", "CHN", "2023-01"] == 1100
    assert "Narnia" in delivery.remarks[0].text


MISSING = (
    "/missingmigrants.iom.int/sites/g/files/tmzbdl601/files/report-migrant-incident/Missing_Migrants_Global_Figures_allData.csv"
)


def test_missing_migrants_keeps_sums_by_route_and_month_only(here):
    rows = [
        (
            "Main ID",
            "Incident Date",
            "Incident Year",
            "Month",
            "Total Number of Dead and Missing",
            "Migration Route",
            "Coordinates",
        ),
        ("1", "2024-01-02", 2024, "January", 3, "Darien", "8.1, -77.1"),
        ("2", "2024-01-09", 2024, "January", 2, "Darien", "8.1, -77.1"),
        ("3", "2024-01-09", 2024, "January", "", "Darien", "8.1, -77.1"),
        ("4", "2024-02-09", 2024, "February", 1, "", "8.1, -77.1"),
    ]
    here.say(MISSING, csv_bytes(rows))
    delivery, values = fetch(here, "missing_migrants")
    assert values == {
        ("deaths_and_disappearances", "darien", "ALL", "2024-01"): 5,
        ("deaths_and_disappearances", "route_not_named", "ALL", "2024-02"): 1,
    }
    assert "how many is not known" in delivery.remarks[0].text


def test_dtm_takes_the_last_round_of_a_month_and_needs_a_key(here, monkeypatch):
    monkeypatch.delenv("ISTHMUS_DTM_KEY", raising=False)
    with pytest.raises(SourceError, match="ISTHMUS_DTM_KEY"):
        fetch(here, "dtm")
    monkeypatch.setenv("ISTHMUS_DTM_KEY", "k")

    def row(date, number, count, reason):
        return {"operation": "O", "admin0Pcode": "COL", "reportingDate": f"{date}T00:00:00", "roundNumber": number,
                "numPresentIdpInd": count, "displacementReason": reason}  # fmt: skip

    rows = [row("2024-01-05", 1, 100, "Conflict"), row("2024-01-25", 2, 80, "Conflict"), row("2024-01-25", 2, 7, "Disaster")]
    here.say("/dtmapi.iom.int/v3/displacement/admin0", json.dumps({"isSuccess": True, "result": rows}).encode())
    _, values = fetch(here, "dtm", Wanted(groups=("COL",)))
    assert values == {("dtm_displaced", "col", "ALL", "2024-01"): 87}
    assert here.asked[-1][1]["ocp-apim-subscription-key"] == "k"


def world_bank(value):
    return json.dumps([{"page": 1, "pages": 1, "per_page": 1000, "total": 1}, [
        {"indicator": {"id": "X"}, "country": {"id": "CN"}, "countryiso3code": "CHN", "date": "2023", "value": value}
    ]]).encode()  # fmt: skip


def test_world_bank_reads_pages_and_blanks(here):
    route = "/api.worldbank.org/v2/country/CHN/indicator/"
    for indicator in ("NY.GDP.MKTP.KD.ZG", "NY.GDP.PCAP.PP.KD", "SL.UEM.1524.ZS", "SP.POP.TOTL", "FP.CPI.TOTL.ZG"):
        here.say(route + indicator, world_bank(-5.2 if indicator.endswith("ZG") else None))
    _, values = fetch(here, "world_bank")
    assert values["wb_gdp_growth", "chn", "CHN", "2023"] == -5.2
    assert values["wb_population", "chn", "CHN", "2023"] is None
    here.say(route + "NY.GDP.MKTP.KD.ZG", b'[{"message":[{"id":"120","value":"Invalid indicator"}]}]')
    with pytest.raises(SourceError, match="Invalid indicator"):
        fetch(here, "world_bank")


def test_hdx_counts_totals_and_not_their_parts(here, monkeypatch):
    monkeypatch.setenv("ISTHMUS_HDX_IDENTIFIER", "aWQ=")

    def row(group, gender, count):
        return {"origin_location_code": "CHN", "asylum_location_code": "USA", "population_group": group, "gender": gender,
                "age_range": "all", "population": count, "reference_period_start": "2023-01-01T00:00:00",
                "reference_period_end": "2023-12-31T23:59:59"}  # fmt: skip

    data = [row("ASY", "all", 100), row("ASY", "f", 60), row("REF", "all", 9), row("OOC", "all", 5)]
    here.say("/hapi.humdata.org/api/v2/affected-people/refugees-persons-of-concern", json.dumps({"data": data}).encode())
    _, values = fetch(here, "hdx_hapi")
    assert values["hdx_asylum_seekers", "world", "CHN", "2023"] == 100
    assert values["hdx_refugees", "usa", "CHN", "2023"] == 9
    assert len(values) == 4


def test_visa_tables_become_rules(here):
    path = "/raw.githubusercontent.com/ilyankou/passport-index-dataset/master/passport-index-tidy-iso3.csv"
    here.say(path, b"Passport,Destination,Requirement\nCHN,ECU,visa required\nCHN,GEO,30\nCHN,CHN,-1\nCHN,XYZ,teleport\n")
    delivery, _ = fetch(here, "visa_index")
    assert [(rule.place, rule.requirement, rule.days) for rule in delivery.rules] == [
        ("ecu", "visa_required", None),
        ("geo", "visa_free", 30),
    ]
    assert "teleport" in delivery.remarks[0].text


def test_every_source_says_how_its_publisher_counts():
    for name in registry.OURS:
        about = registry.find(name).about
        assert about.name == name
        assert about.home.startswith("https://")
        assert about.licence
        assert all(series.counts for series in about.series)
        assert len({series.name for series in about.series}) == len(about.series)


def test_unknown_sources_are_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'unhcr'"):
        registry.find("unhrc")


def test_other_packages_add_sources_by_entry_point(tmp_path, monkeypatch):
    (tmp_path / "ministry.py").write_text(
        "from isthmus.data.sources import About, Delivery, SeriesAbout\n"
        "class Ministry:\n    about = About('ministry', 'T', 'P', 'L', 'https://example.org', ())\n"
        "    def fetch(self, web, wanted):\n        return Delivery()\n"
    )
    info = tmp_path / "ministry-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ministry\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[isthmus.sources]\nministry = ministry:Ministry\nbroken = ministry:Nothing\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "ministry" in registry.names()
    assert registry.find("ministry").about.publisher == "P"
    with pytest.raises(InputError, match="AttributeError"):
        registry.find("broken")


def test_every_trap_of_the_manual_has_its_test():
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", page)
    assert len(named) >= 18
    for file, name in named:
        assert f"\ndef {name}(" in (Path(__file__).parent / file).read_text("utf-8"), (file, name)
