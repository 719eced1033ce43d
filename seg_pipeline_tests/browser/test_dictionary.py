"""The data dictionary as a reader opens it: from the snapshot's folder, in a real browser, with no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline_tests.browser.test_ui import QUIET
from seg_pipeline_tests.conftest import Seg

pytestmark = pytest.mark.browser
CONTRAST = 4.5  # of text, WCAG 2 AA
NARROW = 320
# The contrast of every text that is shown with the ground it stands on: the nearest opaque one, of solid colours.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
  const light = (colour) => { const [r, g, b] = [...rgb(colour)].slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (node) => { for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour; } return "white"; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Map();
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !node.checkVisibility({opacityProperty: true})) continue;
    const [ink, under] = [getComputedStyle(node).color, ground(node)];
    const [high, low] = [light(ink), light(under)].sort((a, b) => b - a);
    found.set(`${ink} on ${under}`, (high + .05) / (low + .05));
  }
  return Object.fromEntries(found);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` brings one")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(demo: Seg) -> str:
    return (demo.data / "snapshots" / "2026.1-demo" / "dictionary.html").as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which no console error and no request beyond the file itself is let pass."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    errors: list[str] = []
    asked: set[str] = set()
    opened.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: asked.add(request.url.partition("#")[0]))
    yield opened
    stored = opened.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
    opened.close()
    assert errors == [] and stored == ["", 0, 0]
    assert len(asked) == 1 and asked.pop().startswith("file:")


def shown(page: Page) -> list[str]:
    """Return the ids of the columns and codes that are to be seen."""
    found: list[str] = page.eval_on_selector_all(
        ".item", "all => all.filter((one) => one.checkVisibility()).map((one) => one.id)"
    )
    return found


def seek(page: Page, words: str) -> list[str]:
    page.get_by_role("searchbox").fill(words)
    return shown(page)


def test_it_opens_in_finnish_and_says_that_the_data_are_made_up(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("document.documentElement.lang") == "fi"
    assert page.title().startswith("Aineiston sanasto – Segregaation tilannekuva")
    notice = catalogue.texts("texts", "text")["made_up"]
    assert page.get_by_role("note").inner_text() == notice["fi"]
    assert len(shown(page)) > 300
    assert page.locator("h1").count() == 1
    assert page.eval_on_selector_all("[id]", "all => new Set(all.map((one) => one.id)).size === all.length")


def test_no_request_can_leave_even_if_something_asks_for_one(browser: Browser, address: str) -> None:
    opened = browser.new_page()
    refused: list[str] = []
    opened.on("console", lambda message: refused.append(message.text))
    opened.goto(address)
    opened.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
    opened.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.run = 1'}))"
    )
    opened.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'http://127.0.0.1:9/x.png'}))"
    )
    opened.wait_for_timeout(200)
    assert opened.evaluate("window.run") is None
    for tried in ("Connecting to", "inline script", "image"):
        assert any(tried in text and "Content Security Policy" in text for text in refused), tried
    opened.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switch_changes_all_texts_and_stays_in_the_address(
    page: Page, address: str, language: str
) -> None:
    page.goto(address)
    page.locator(f".choose[data-language={language}]").click()
    page.locator(f"html[lang={language}]").wait_for(state="attached")
    assert page.url.endswith(f"#?lang={language}")
    assert page.locator("h1").inner_text() == catalogue.texts("snapshot_texts", "text")["dictionary"][language]
    assert page.locator(f".choose[data-language={language}]").get_attribute("aria-pressed") == "true"
    others = [other for other in LANGUAGES if other != language]
    assert page.eval_on_selector_all(
        "[lang]:not(.choose, html)",
        "all => [...new Set(all.filter((one) => one.checkVisibility()).map((one) => one.lang))]",
    ) == [language]
    page.reload()
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator(f"#unit\\.m2 .meaning [lang={others[0]}]").is_hidden()


def test_search_finds_columns_codes_units_and_groups_with_and_without_accents(page: Page, address: str) -> None:
    page.goto(address)
    assert "indicators.value_corrected" in seek(page, "value_corrected")
    with_dots, without = seek(page, "väestöryhmä"), seek(page, "VAESTORYHMA")
    assert with_dots == without and "wellbeing.group" in without
    assert "group.activity.unemployed" in seek(page, "tyottomat")
    assert "indicator.dissimilarity" in seek(page, "erilaisuusindeksi")
    assert seek(page, "nelio") == ["areas.surface", "unit.m2"]
    assert page.get_by_role("status").inner_text() == "2 osumaa"
    both = seek(page, "keskivirhe korjatun")
    assert both == ["indicators.standard_error"]


def test_search_looks_into_the_other_languages_where_the_shown_one_has_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}#?lang=en")
    assert "indicators.standard_error" in seek(page, "keskivirhe")
    assert seek(page, "qqqq") == []
    assert page.get_by_role("status").inner_text() == "Nothing found. Try a shorter word."
    page.keyboard.press("Escape")
    assert len(shown(page)) > 300


def test_a_table_that_is_found_by_its_own_text_is_shown_whole(page: Page, address: str) -> None:
    page.goto(f"{address}#?lang=en")
    seek(page, "eleven cities")
    assert [one for one in shown(page) if one.startswith("cities.")] == [
        "cities.city", "cities.name_fi", "cities.name_sv", "cities.name_en",
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["indicators.value", "counts", "group.income.low", "term"])
def test_a_deep_link_goes_to_its_place(page: Page, address: str, place: str) -> None:
    page.goto(f"{address}#{place}")
    target = page.locator(f'[id="{place}"]')
    box = target.bounding_box()
    bar = page.locator(".bar").bounding_box()
    assert box and bar and page.evaluate("scrollY") > 0
    assert bar["y"] + bar["height"] <= box["y"] + 1 <= 450
    assert page.evaluate("document.activeElement.id") == place


def test_a_deep_link_goes_with_a_language_and_shows_what_a_search_had_hidden(page: Page, address: str) -> None:
    page.goto(f"{address}#indicators.value?lang=sv")
    assert page.evaluate("document.documentElement.lang") == "sv"
    seek(page, "kvadratmeter")
    assert not page.locator('[id="indicators.value"]').is_visible()
    page.evaluate("location.hash = '#indicators.upper?lang=sv'")
    page.locator("[id='indicators.upper']:focus").wait_for(state="attached")
    assert page.locator('[id="indicators.upper"]').is_visible()


def test_all_of_it_can_be_reached_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.type("surface")
    assert shown(page) == ["areas.surface"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("html[lang=en]").wait_for(state="attached")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_enough(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.goto(f"{address}#indicators.value?lang=fi")
    grounds = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ("rgb(251" in grounds) == (scheme == "light")
    pairs: dict[str, float] = page.evaluate(CONTRASTS)
    assert len(pairs) >= 5
    assert {pair: round(value, 2) for pair, value in pairs.items() if value < CONTRAST} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_at_320_pixels(page: Page, address: str, language: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.goto(f"{address}#?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    wide = page.eval_on_selector_all(
        "main *",
        f"all => all.filter((one) => one.getBoundingClientRect().right > {NARROW}).map((one) => one.outerHTML)",
    )
    assert wide == []


def test_it_prints_without_what_only_a_screen_needs(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    for gone in (".bar", "nav", ".languages"):
        assert page.locator(gone).is_hidden()
    assert page.get_by_role("note").is_visible()
    pdf = page.pdf(path=tmp_path / "dictionary.pdf", format="A4")
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000
