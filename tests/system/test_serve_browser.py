"""A planner's path in a real browser: from the first page to a workbook, in both languages, on a desk and on a phone.

Screenshots are kept in the folder that ``ISTHMUS_SCREENSHOTS`` names, else in the test's own.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import openpyxl
import pytest
from serving import PASSWORD, RUN, serve, settings_for, tiny_corridor, with_run

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WAIT = 240_000

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]

WORDS = {
    "en": {"draws": "On 1,000 draws", "summary": "Summary", "status": "withheld"},
    "es": {"draws": "sorteos", "summary": "Resumen", "status": "retenido"},
}

ASKED = """
impacts:
  places: [town]
  services:
    beds: {label: Beds, place: town, kind: beds, basis: present, demand: 0.1, unit: beds, capacity: 40, source: made up}
  prices:
    water: {amount: 0.01, currency: USD, per: litres, source: made up}
scenarios:
  shut:
    label: The way to Town is half closed
    shocks:
      way: {kind: close, legs: [home_town], share: 0.5, from: 2023-06-01, source: made up}
"""
SHEETS = {"en": ("Read first", "What if", "What is needed"), "es": ("Leer primero", "Y si", "Qué se necesita")}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server with a made-up run of the shipped corridor to look at, and a quick real one of a tiny corridor to compute on."""
    from isthmus import pipeline

    folder = tmp_path_factory.mktemp("browser")
    settings = settings_for(folder, runs=with_run(folder))
    tiny_corridor(settings, "relief")
    source = settings.team_corridors("relief") / "tiny" / "corridor.yaml"
    with source.open("a", encoding="utf-8") as file:
        file.write(ASKED)
    pipeline.run(source, out=settings.team_runs("relief"), quick=True, until="forecast")
    running = serve(settings, workers=True)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        made = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def shots(tmp_path):
    folder = Path(os.environ.get("ISTHMUS_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def opened(browser, served, language, width, scheme="light"):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme, base_url=served.url, accept_downloads=True
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def log_in(page):
    page.goto("/")
    page.fill("[name=name]", "ana")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")


def fits(page):
    page.wait_for_load_state("domcontentloaded")  # a document that is just coming has no element yet
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_planner_goes_from_the_first_page_to_a_workbook(browser, served, shots, language, width):
    page, said = opened(browser, served, language, width)
    log_in(page)
    assert page.get_attribute("html", "lang") == language
    page.screenshot(path=shots / f"corridors-{language}-{width}.png", full_page=True)
    page.click(".card a[href='/corridors/tiny']")
    fits(page)
    page.screenshot(path=shots / f"corridor-{language}-{width}.png", full_page=True)
    page.click("a[href='/corridors/tiny/scenarios']")
    page.click("a[href='/corridors/tiny/scenarios/new']")
    page.fill("[name=label]", f"No visa {language} {width}")
    page.select_option("#kind", "entry_rule")
    page.click("button[hx-get]")
    page.wait_for_selector(".change")
    page.select_option("[name^=place-]", "town")
    page.select_option("[name^=requirement-]", "visa_free")
    page.fill("[name^=from-]", "2023-06-01")
    fits(page)
    page.screenshot(path=shots / f"editor-{language}-{width}.png", full_page=True)
    page.click("#scenario button:not([type=button])")
    page.wait_for_selector("#answer table")
    page.wait_for_selector("#answer:not([hx-trigger])")
    fits(page)
    page.screenshot(path=shots / f"answer-{language}-{width}.png", full_page=True)
    with page.expect_download() as download:
        page.click("a[href*='scenarios.xlsx']")
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book.sheetnames[0] == WORDS[language]["summary"]
    rows = list(book.worksheets[0].iter_rows(min_row=4, values_only=True))
    assert rows
    assert all(row[7] and row[14] for row in rows), "unit and source in each row"
    assert said == []
    page.context.close()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", ["en", "es"])
def test_needs_calendar_and_files_of_a_run_are_made_on_request(browser, served, shots, language, width):
    page, said = opened(browser, served, language, width)
    log_in(page)
    page.goto("/corridors/tiny/needs")
    if page.locator(".calendar").count() == 0:
        page.screenshot(path=shots / f"needs-empty-{language}-{width}.png", full_page=True)
        page.click("form[action$='/outputs'] button")
        page.wait_for_selector(".job[data-state=done]")
        page.goto("/corridors/tiny/needs")
    page.select_option("[name=place]", "town")
    page.click("form.inline button")
    assert page.locator(".calendar tbody tr").count() > 5
    fits(page)
    page.screenshot(path=shots / f"needs-{language}-{width}.png", full_page=True)
    page.click("a[href='/corridors/tiny/downloads']")
    page.wait_for_url("**/downloads")
    fits(page)
    page.screenshot(path=shots / f"downloads-{language}-{width}.png", full_page=True)
    with page.expect_download() as download:
        page.click(f"a[href$='tiny.{language}.xlsx']")
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert set(SHEETS[language]) <= set(book.sheetnames)
    assert said == []
    page.context.close()


def test_the_map_moves_with_its_slider_and_back(browser, served):
    page, said = opened(browser, served, "en", 1280)
    log_in(page)
    page.goto(f"/corridors/china-ecuador-us?run={RUN}")
    widths = "[...document.querySelectorAll('path[data-leg]')].map((path) => path.getAttribute('stroke-width'))"
    before = page.evaluate(widths)
    page.focus("#month")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate(widths) != before
    assert "2024" in page.inner_text("#month-words")
    page.click("[data-play]")
    page.wait_for_function("document.querySelector('[data-play]').getAttribute('aria-pressed') === 'true'")
    page.click("[data-year]")
    assert page.evaluate(widths) == before
    assert said == []
    page.context.close()


def test_unsaved_changes_are_guarded_and_a_removed_change_comes_back(browser, served):
    page, _ = opened(browser, served, "en", 1280)
    log_in(page)
    page.goto("/corridors/tiny/scenarios/new")
    page.click("button[hx-get]")
    page.wait_for_selector(".change")
    page.click("[data-remove]")
    assert page.locator(".change").count() == 0
    page.click("#toast button")
    assert page.locator(".change").count() == 1
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.href = '/'")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.context.close()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("es", 375)])
def test_colours_that_were_chosen_hold_against_those_of_the_system(browser, served, shots, language, width):
    page, said = opened(browser, served, language, width, "light")
    log_in(page)
    paper = "getComputedStyle(document.body).backgroundColor"
    words = {"en": ("Dark colours", "Light colours"), "es": ("Colores oscuros", "Colores claros")}[language]
    light = page.evaluate(paper)
    page.goto("/data")
    page.click(f"text={words[0]}")
    page.wait_for_url("**/data")
    dark = page.evaluate(paper)
    page.goto("/corridors/china-ecuador-us")
    assert page.evaluate(paper) == dark != light, "on every page"
    fits(page)
    page.screenshot(path=shots / f"chosen-dark-{language}-{width}.png")
    page.emulate_media(color_scheme="dark")
    page.click(f"text={words[1]}")
    page.wait_for_selector("html[data-colours=light]")
    assert page.evaluate(paper) == light, "also where the system is dark"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert said == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_of_axe_on_any_page(browser, served, shots, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page, said = opened(browser, served, "en", 1280, scheme)
    log_in(page)
    found = []
    for address in (
        "/", "/corridors/china-ecuador-us", "/corridors/tiny/scenarios", "/corridors/tiny/scenarios/new?start=", "/data",
        "/data/series/darien_transits", "/data/review", "/claims?claim=25,000+Chinese+crossed+the+Dari%C3%A9n+in+2023",
        "/model-card", "/jobs", "/account", "/upload", "/corridors/tiny/needs", "/corridors/china-ecuador-us/downloads", "/login",
    ):  # fmt: skip
        page.goto(address)
        name = address.strip("/").split("?")[0].replace("/", "-") or "index"
        page.screenshot(path=shots / f"{name}-{scheme}.png", full_page=True)
        found += [
            (address, violation["id"], violation["nodes"][0]["html"][:160])
            for violation in Axe().run(page).response["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
    assert found == []
    assert said == []
    page.context.close()


@pytest.mark.parametrize(
    ("language", "told"), [("en", "1. Border or leg closed: Until"), ("es", "1. Frontera o tramo cerrado: Hasta")]
)
def test_a_refused_scenario_comes_back_as_it_was_filled_in(browser, served, language, told):
    page, _ = opened(browser, served, language, 375)
    log_in(page)
    page.goto("/corridors/tiny/scenarios/new")
    page.fill("[name=label]", "Shut for a while")
    page.select_option("#kind", "close")
    page.click("button[hx-get]")
    page.wait_for_selector(".change")
    page.select_option("[name^=legs-]", "home_town")
    page.fill("[name^=share-]", "0.25")
    page.fill("[name^=from-]", "2023-06-01")
    page.fill("[name^=to-]", "2023-01-01")
    page.click("#scenario button:not([type=button])")
    page.wait_for_selector(".refusal")
    assert told in page.inner_text(".refusal")
    assert "--set" not in page.inner_text(".refusal")
    assert page.input_value("[name=label]") == "Shut for a while"
    assert page.input_value("[name^=share-]") == "0.25"
    assert page.input_value("[name^=to-]") == "2023-01-01"
    fits(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.click("[name=label]")
    page.evaluate("location.href = '/'")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"], "what was refused is not kept yet"
    page.context.close()
