"""The report as everybody opens it: from its folder, in a real browser, by mouse, by keyboard, on paper, unscripted."""

from __future__ import annotations

import csv
import io
import json
import shutil
import struct
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Download, Page, sync_playwright

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import CITIES
from seg_pipeline.report import judging, pages, rendering, site, standing, telling, terms
from seg_pipeline.report import page as parts
from seg_pipeline.report.book import Book
from seg_pipeline.report.statement import say, text
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.browser.test_ui import QUIET
from seg_pipeline_tests.conftest import Seg

pytestmark = pytest.mark.browser
WIDTHS = (1280, 768, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"resultTypes": ["violations"], "preload": False, "runOnly": {"type": "tag", "values": RULES}}
LARGEST = 1_500_000  # bytes of a page with its pictures
LARGEST_SEARCH = 500_000
FIRST_PAINT = 1000  # milliseconds
TARGET = 24  # pixels: what can be hit is no smaller, WCAG 2.2
SHAPES = """{% extends "base.html" %}{% block content %}{{ heading("first", say("site.nav_cities")) }}
{{ picture(two) }}{{ picture(one) }}{% endblock %}"""
Opener = Callable[..., Page]


def shapes(book: Book) -> parts.Page:
    """A page of one picture with a choice and one without, whose marks are simple enough to be aimed at."""
    rows = judging.latest(judging.contrasts(book, "dissimilarity").query("dimension == 'income'"))

    def table(name: str) -> parts.Table:
        told = [
            parts.Row(f"{name}.{terms.slug(city)}", [
                parts.Link(f"city/{terms.slug(city)}.html", terms.city(city)),
                book.figure("indicators", row, "value_corrected", "index"),
                say("site.interval", lower=book.figure("indicators", row, "lower", "index"),
                    upper=book.figure("indicators", row, "upper", "index")),
            ])
            for row, city in zip(map(int, rows.index), rows["city"], strict=True)
        ]  # fmt: skip
        return parts.Table(
            say("site.table"), [say("site.nav_cities"), say("site.nav_indicators"), say("site.menu")], told
        )

    def drawing(of: parts.Table, size: int) -> Callable[[str], str]:
        marks = "".join(
            f'<circle cx="{40 + 50 * at}" cy="50" r="{size}" fill="#0b4a82" data-row="{row.id}"/>'
            for at, row in enumerate(of.rows)
        )
        return lambda _: f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 100" width="640">{marks}</svg>'

    two, one = table("two"), table("one")
    both = [
        parts.Drawing(drawing(two, 6), say("site.nav_method"), "small"),
        parts.Drawing(drawing(two, 12), say("site.nav_sources"), "large"),
    ]
    shown = {
        "two": parts.Picture(
            "choice", say("site.nav_comparison"), say("site.own_word"), both, two, say("site.name"),
        ),
        "one": parts.Picture(
            "single", say("site.nav_changes"), say("site.made_up_short"), [parts.Drawing(drawing(one, 8))], one,
            say("site.name"),
        ),
    }  # fmt: skip
    template = rendering.environment().from_string(SHAPES)
    return parts.Page("shapes.html", cast(str, template), say("site.nav_comparison"), shown)


@pytest.fixture(scope="module")
def snapshot(demo: Seg) -> Snapshot:
    return Snapshot.at(demo.data / "snapshots" / "2026.1-demo")


@pytest.fixture(scope="module")
def report(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with one page of each kind, and the page of simple shapes: whole ones are slow to make."""
    book, place = Book(snapshot), tmp_path_factory.mktemp("report")
    for kind, of in pages.KINDS.items():
        telling.write(book, place, kind, of.names(book)[0])
    for language in LANGUAGES:
        (place / language / "shapes.html").write_text(telling.html(book, shapes(book), language)[0])
    shutil.copytree(str(files("seg_pipeline.report") / "assets"), place / "assets")
    (place / standing.STATUS).write_bytes(standing.CURRENT)
    return place


@pytest.fixture(scope="module")
def whole(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.make(snapshot, tmp_path_factory.mktemp("reports"))[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` brings one")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Opener]:
    """Open a page of the report. No console message, failed request or request beyond the folder is let pass."""
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    def watch(page: Page, report: Path) -> None:
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.on("request", lambda request: None if within(request.url, report) else wrong.append(request.url))

    def opener(path: str, width: int = 1280, of: Path = report, **context: Any) -> Page:
        options = {"viewport": {"width": width, "height": 800}, "reduced_motion": "reduce", **context}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        watch(page, of)
        page.goto(of.as_uri() + "/" + path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert wrong == []


def within(url: str, report: Path) -> bool:
    return url.startswith((report.as_uri() + "/", "data:", "blob:"))


def paths(report: Path) -> list[str]:
    """Return the pages of a report, as they lie below the folder of each language."""
    return sorted(path.relative_to(report / "fi").as_posix() for path in (report / "fi").rglob("*.html"))


def ailments(page: Page) -> list[str]:
    """Return what axe finds, and what can be hit that is too small."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def look(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Return what is wrong with a page at any of the widths."""
    wrong = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"wider than {width}")
    return wrong + ailments(page)


def paint(page: Page) -> float:
    """Return after how many milliseconds something of the page was to be seen."""
    return float(
        page.evaluate("""() => new Promise((told) => new PerformanceObserver((list) => {
        for (const one of list.getEntriesByName("first-contentful-paint")) told(one.startTime);
    }).observe({type: "paint", buffered: true}))""")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_is_sound_at_three_widths(opened: Opener, report: Path, language: str) -> None:
    wrong: dict[str, list[str]] = {}
    page = opened(f"{language}/index.html")
    for path in paths(report):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{report.as_uri()}/{language}/{path}")
        assert page.evaluate("document.documentElement.lang") == language
        assert page.locator("h1").count() == 1
        assert page.locator(".made-up").is_visible() and page.locator(".superseded").is_hidden()
        assert paint(page) < FIRST_PAINT, path
        wrong[path] = look(page)
    assert {path: said for path, said in wrong.items() if said} == {}


@pytest.mark.scale
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound(opened: Opener, whole: Path, language: str) -> None:
    wrong: dict[str, list[str]] = {}
    page = opened(f"{language}/index.html", of=whole)
    for path in paths(whole):
        page.goto(f"{whole.as_uri()}/{language}/{path}")
        wrong[path] = look(page, (1280, 320))
    assert {path: said for path, said in wrong.items() if said} == {}


@pytest.mark.scale
def test_search_leads_to_places_that_exist(whole: Path) -> None:
    missing = [to for _, to, *_ in catalogue_of(whole) if not leads(whole, *to.split("#"))]
    assert missing == []


def leads(report: Path, path: str, anchor: str = "") -> bool:
    file = report / "fi" / path
    return file.exists() and (not anchor or f' id="{anchor}"' in read(file))


@cache
def read(file: Path) -> str:
    return file.read_text()


@pytest.mark.scale
def test_no_page_is_larger_than_promised(whole: Path) -> None:
    assert heaviest(whole) == {}


def test_no_kind_of_page_is_larger_than_promised(report: Path) -> None:
    assert heaviest(report) == {}
    assert len(catalogue_of(report)) > 100


def heaviest(report: Path) -> dict[str, int]:
    """Return the pages that are too large, with their bytes."""
    sizes = {path.relative_to(report).as_posix(): path.stat().st_size for path in report.rglob("*.html")}
    assert len(sizes) >= len(LANGUAGES) * len(pages.KINDS)
    most = {path: LARGEST_SEARCH if path.endswith("search.html") else LARGEST for path in sizes}
    return {path: size for path, size in sizes.items() if size > most[path]}


def catalogue_of(report: Path) -> list[list[Any]]:
    html = (report / "fi" / "search.html").read_text()
    found: list[list[Any]] = json.loads(html.partition('type="application/json">')[2].partition("</script>")[0])[
        "entries"
    ]
    return found


def test_what_can_be_hit_is_large_enough(opened: Opener) -> None:
    page = opened("fi/shapes.html", 320)
    small = page.evaluate(f"""() => [...document.querySelectorAll("a, button, summary, input:not([type=radio]), label")]
        .filter((one) => one.checkVisibility() && !one.closest(".skip, .unseen"))
        .map((one) => [one.getBoundingClientRect(), one.outerHTML])
        .filter(([box]) => box.height < {TARGET} || box.width < {TARGET}).map(([_, html]) => html)""")
    assert small == []


def test_the_whole_page_can_be_used_by_keyboard(opened: Opener) -> None:
    page = opened("fi/shapes.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "small"
    page.keyboard.press("ArrowRight")
    assert [page.locator("#choice .drawing").nth(at).is_visible() for at in (0, 1)] == [False, True]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    first = page.locator('tr[id^="two."]').first
    tip = page.locator("#choice .drawing:visible .tip")
    assert tip.is_visible() and first.locator("td").first.inner_text() in tip.inner_text()
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    second = page.locator('tr[id^="two."]').nth(1)
    page.locator("tr:focus").wait_for()
    assert second.is_visible() and "marked" in str(second.get_attribute("class"))
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_pointing_at_a_mark_shows_its_row_and_the_row_can_be_pointed_at(opened: Opener) -> None:
    page = opened("en/shapes.html")
    mark = page.locator("#single [data-row]").nth(2)
    mark.hover()
    row = page.locator(f'[id="{mark.get_attribute("data-row")}"]')
    tip = page.locator("#single .tip")
    for cell in row.locator("th, td").all_text_contents():
        assert cell in tip.inner_text()
    tip.hover()
    assert tip.is_visible()
    tip.get_by_role("link").click()
    assert page.url.endswith(f"#{mark.get_attribute('data-row')}") and row.is_visible()
    page.mouse.move(5, 5)
    assert tip.is_hidden()


def test_tapping_a_mark_shows_its_row(opened: Opener) -> None:
    page = opened("sv/shapes.html", 320, has_touch=True)
    page.locator("#single [data-row]").nth(3).tap()
    assert page.locator("#single .tip").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def saved(page: Page, picture: str, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as waited:
        page.locator(f"#{picture} [data-as={kind}]").click()
    done: Download = waited.value
    return done.suggested_filename, Path(done.path()).read_bytes()


def test_a_picture_is_saved_as_svg_and_as_png(opened: Opener) -> None:
    page = opened("fi/shapes.html")
    page.locator("#choice input[value=large]").check()
    name, svg = saved(page, "choice", "svg")
    assert name == "shapes-choice-large-2026.1-demo-fi.svg"
    drawn = ElementTree.fromstring(svg)  # noqa: S314  our own file
    space = "{http://www.w3.org/2000/svg}"
    assert drawn.tag == f"{space}svg" and len(drawn.findall(f".//{space}circle")) == 11
    assert drawn.findtext(f"{space}title") == text("site.nav_comparison")["fi"]
    said = str(drawn.findtext(f"{space}desc")).splitlines()
    assert said[:2] == [text("site.own_word")["fi"], text("site.made_up_short")["fi"]] and len(said) == 3
    name, png = saved(page, "choice", "png")
    assert name.endswith("-fi.png") and png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 1280 and height >= 200
    assert len(png) > 3000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_saved_as_it_stands_in_numbers_for_machines(opened: Opener, language: str) -> None:
    page = opened(f"{language}/shapes.html")
    name, content = saved(page, "single", "csv")
    assert name == f"shapes-single-2026.1-demo-{language}.csv" and content.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(content))
    cities = page.locator('tr[id^="one."] th').all_text_contents()
    assert list(read.iloc[:, 0]) == cities
    values = page.locator('tr[id^="one."] td data').evaluate_all("all => all.map((one) => Number(one.value))")
    assert list(read.iloc[:, 1:4].to_numpy().ravel()) == values
    assert list(read.iloc[:, -2].unique()) == ["2026.1-demo"]
    assert list(read.iloc[:, -1].unique()) == [text("site.made_up_short")[language]]
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len({len(line) for line in lines}) == 1


def test_no_text_of_a_saved_table_is_a_formula(opened: Opener) -> None:
    page = opened("fi/shapes.html")
    for risky in ("=1+1", "+1", "-1", "@x", "'x"):
        page.evaluate("(risky) => document.querySelector('#single tbody th').replaceChildren(risky)", risky)
        _, content = saved(page, "single", "csv")
        assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1][0] == f"'{risky}"


def found(page: Page, words: str) -> list[str]:
    page.get_by_role("searchbox").fill(words)
    return page.locator("#found a").all_text_contents()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_city_is_found_by_its_name_in_any_language(opened: Opener, language: str) -> None:
    page = opened(f"{language}/search.html")
    for asked, city in {"Åbo": "853", "turku": "853", "uleaborg": "564", "JYVASKYLA": "179", "Jyväs": "179"}.items():
        assert found(page, asked)[0] == terms.city(city).texts[language], asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_indicator_is_found_by_its_name_in_any_language(opened: Opener, language: str) -> None:
    page = opened(f"{language}/search.html")
    for name in terms.short("indicators", "dissimilarity").texts.values():
        found(page, name)
        assert page.locator("#found a").first.get_attribute("href") == "indicator/dissimilarity.html"


def test_search_respects_letters_takes_several_words_and_says_when_it_has_nothing(opened: Opener, report: Path) -> None:
    page = opened("fi/search.html")
    assert "Jyväskylä" in found(page, "jyvaskyla") and "Vantaa" not in found(page, "väntaa")
    area = next(entry for entry in catalogue_of_page(page) if entry["kind"] == 3)
    assert area["names"]["fi"] in found(page, area["code"])
    assert found(page, f"{area['names']['fi']} {area['city']}") != []
    assert found(page, "qqqq") == [] and page.locator("#nothing").is_visible()
    assert page.get_by_role("status").inner_text().endswith(": 0")
    for odd in ("(.*", "[a-", "\\", "–-–"):
        assert found(page, odd) == [], odd
    assert set(found(page, "postinumero")) >= set(found(page, "postinumero-")) == set()
    assert found(page, "18-24") == found(page, "18-24 ")
    there = next((report / "fi" / "city").glob("*.html")).stem
    name = next(city.name_fi for city in CITIES if city.id == there)
    found(page, name)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/city/{there}.html")


def catalogue_of_page(page: Page) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = (
        page.evaluate("""() => JSON.parse(document.getElementById("entries").textContent).entries
        .map(([kind, to, name, more, code, city]) => ({kind, to, code, names: {fi: [name].flat()[0]},
            city: [city].flat()[0]}))""")
    )
    return read


def test_the_form_of_every_page_leads_to_the_answers_and_they_go_along_to_other_languages(opened: Opener) -> None:
    page = opened("sv/index.html")
    page.get_by_role("searchbox").fill("åbo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sv/search.html?q=*")
    assert page.locator("#found a").first.inner_text() == "Åbo"
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/search.html?q=*")
    assert page.locator("#found a").first.inner_text() == "Turku"


def test_an_address_opens_and_marks_its_row_and_goes_along_to_other_languages(opened: Opener, report: Path) -> None:
    page = opened("fi/shapes.html#one.turku")
    row = page.locator('[id="one.turku"]')
    assert row.is_visible() and "marked" in str(row.get_attribute("class"))
    page.get_by_role("link", name="Svenska").click()
    page.wait_for_url("**/sv/shapes.html#one.turku")
    assert page.locator('[id="one.turku"]').is_visible()
    page.goto(page.url.partition("#")[0] + "#%E0%A4%A")  # cut short on its way
    page.get_by_role("link", name="Suomi").click()
    page.wait_for_url("**/fi/shapes.html*")


def test_an_old_report_says_so_on_every_page(browser: Browser, report: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(report, old)
    (old / standing.STATUS).write_bytes(standing.SUPERSEDED)
    page = browser.new_page()
    page.goto((old / "en" / "search.html").as_uri())
    assert page.locator(".superseded").is_visible()
    assert ailments(page) == []
    page.close()


def test_paper_shows_the_pictures_their_tables_and_what_must_be_known(opened: Opener) -> None:
    page = opened("fi/shapes.html")
    page.emulate_media(media="print")
    for gone in (".search", ".languages", ".pages", ".save", ".choose"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    assert [one.is_visible() for one in page.locator(".drawing").all()] == [True, True, True]
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    printed = " ".join("".join(sheet.extract_text() for sheet in paper.pages).split())
    assert text("site.made_up")["fi"].partition("*")[2].partition(".*")[0] in printed
    for city in page.locator('tr[id^="one."] th').all_text_contents():
        assert printed.count(city) >= 2, city


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_read_without_script(opened: Opener, report: Path, language: str) -> None:
    page = opened(f"{language}/shapes.html", 320, java_script_enabled=False)
    assert [one.is_visible() for one in page.locator(".drawing").all()] == [True, True, True]
    assert page.locator(".save").first.is_hidden() and page.locator(".choose").first.is_hidden()
    page.locator("#single summary").click()
    assert page.locator('[id="one.turku"]').is_visible()
    page.locator(".pages summary").click()
    assert page.locator(".pages a").first.is_visible()
    page.goto(f"{report.as_uri()}/{language}/search.html")
    page.locator("#everything summary").first.click()
    assert page.get_by_role("link", name=terms.city("853").texts[language], exact=True).is_visible()


def test_the_network_is_refused_to_whatever_gets_in(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto((report / "fi" / "index.html").as_uri())
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.run = 1'}))"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.run") is None
    for tried in ("Connecting to", "inline script"):
        assert any(tried in said and "Content Security Policy" in said for said in refused), tried
    page.close()


def test_it_works_from_a_web_server_too(browser: Browser, report: Path) -> None:
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(report))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text))
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/fi/search.html?q=vanda")
        assert page.locator("#found a").first.inner_text() == "Vantaa"
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/fi/shapes.html")
        assert saved(page, "single", "png")[1].startswith(b"\x89PNG")
        assert wrong == []
        page.close()
        server.shutdown()
