"""The page in a browser: nothing overflows, nothing is asked of the network, all is accessible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from allocator.hedge.saving import save_hedge
from allocator.report.html import write_page
from allocator.report.saved_hedge import SavedHedge, open_saved_hedge
from allocator.report.saved_plan import SavedPlan
from tests.hedge.hedges import hedge_of
from tests.presence import need
from tests.report.odd_plans import odd_saved
from tests.report.saved_plans import saved_plan_of

PAGES = {
    "one plan, with answers": ["window"],
    "areas with long labels": ["long-labels"],
    "odd plans side by side": ["infeasible", "one-year", "no-services"],
}
SIZES = {"desktop": (1440, 900), "phone": (360, 740), "A4": (703, 1017)}  # CSS pixels
DRAWN = """() => {
  const charts = [...document.querySelectorAll('figure.chart')];
  return charts.length > 0 && charts.every(c =>
    Number(c.dataset.drawn) === c.querySelectorAll('.canvas').length
    && [...c.querySelectorAll('.canvas')].every(p => p.querySelector('svg.main-svg path')));
}"""
STILLS = """() => [...document.querySelectorAll('img.still')].every(
  i => i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().height > 20)"""
# Elements that reach beyond the page, but for those inside a box that scrolls by itself.
BEYOND = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.skip') && !e.closest('svg'))
  .filter(e => getComputedStyle(e.parentElement.closest('.scroll') || e).overflowX !== 'auto'
    || e.classList.contains('scroll'))
  .filter(e => e.getBoundingClientRect().width > 0
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + '.' + e.className).slice(0, 9)"""
PATIENCE = 3_600_000  # ms: no machine is so slow; a chart that is never drawn fails its test
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = need("chromium", "chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"], timeout=PATIENCE
        )
        yield chromium
        chromium.close()


class Visit:
    """A page opened from its file, and all that it said and asked for meanwhile."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page, self.file = page, file
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.set_default_timeout(PATIENCE)
        page.goto(file.as_uri())

    def outside(self) -> list[str]:
        """Requests for anything but the file itself and what it holds."""
        inside = ("data:", "blob:", self.file.as_uri())
        return [url for url in self.asked if not url.startswith(inside)]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in PAGES}
    for name, file in found.items():
        write_page([saved_plan_of(each) for each in PAGES[name]], file)
    return found


def test_a_page_of_areas_that_share_budgets_has_no_axe_fault(browser, tmp_path):
    """A row of no one area has no name to head it."""
    with shown(browser, odd_saved("several areas"), tmp_path) as page:
        assert page.locator("tbody td.name:empty").count() > 0
        assert faults(page) == []


def test_the_page_of_a_hedge_has_no_axe_fault(browser, tmp_path):
    save_hedge(hedge_of("two-stage"), tmp_path / "hedge")
    with shown(browser, open_saved_hedge(tmp_path / "hedge"), tmp_path) as page:
        assert page.get_by_text("What to settle now").count() > 0
        assert faults(page) == []
        assert page.evaluate(WIDER) <= 0


@contextmanager
def shown(browser: Browser, saved: SavedPlan | SavedHedge, folder: Path) -> Iterator[Page]:
    """The page of one plan or hedge, all of its charts drawn and its figures open."""
    file = folder / "page.html"
    write_page([saved], file)
    page = browser.new_page()
    Visit(page, file)
    page.wait_for_function(DRAWN, timeout=PATIENCE)
    page.get_by_role("button", name="Show all figures").click()
    yield page
    page.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds at fault, minor or critical, and where."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_chromium(browser, files, name):
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        if size == "A4":
            page.emulate_media(media="print")
        visit = Visit(page, files[name])
        page.wait_for_function(DRAWN, timeout=PATIENCE)
        if size == "A4":
            page.wait_for_function(STILLS, timeout=PATIENCE)
        else:
            page.get_by_role("button", name="Show all figures").click()
            assert page.locator("details.figures:not([open])").count() == 0
            assert faults(page) == [], size
        assert page.evaluate(WIDER) <= 0, size
        assert page.evaluate(BEYOND) == [], size
        assert visit.said == [], size
        assert visit.outside() == [], size
        page.close()


def test_long_words_have_room_on_a_tablet(browser):
    page = browser.new_page(viewport={"width": 820, "height": 1180})
    style = (resources.files("allocator.report.html") / "template" / "page.css").read_text("utf-8")
    row = "<tr><td class='long'>A</td><td>B</td><td class='number'>1</td></tr>"
    page.set_content(f"<style>{style}</style><table><tbody>{row}</tbody></table>")
    widths = [cell.bounding_box()["width"] for cell in page.locator("td").all()]
    page.close()
    assert widths[0] >= 16 * 16 > widths[1] >= 8 * 16 > widths[2]


def test_numbers_and_charts_are_there_without_scripts(browser, files):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["one plan, with answers"].as_uri())
    stills = page.locator("img.still")
    assert stills.count() > 5
    assert all(stills.nth(n).is_visible() for n in range(stills.count()))
    assert page.locator("button").is_hidden()
    page.locator("summary").first.click()
    assert page.locator("details[open] td").first.is_visible()
    context.close()


def test_a_keyboard_reaches_everything(browser, files):
    """Tab goes to the skip link first, and on to every link, table and fold."""
    page = browser.new_page()
    Visit(page, files["one plan, with answers"])
    page.wait_for_function(DRAWN, timeout=PATIENCE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    wanted = page.locator("summary:visible, main a:visible, button:visible").count()
    seen = set()
    for _ in range(4 * wanted):
        page.keyboard.press("Tab")
        tag = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return ['SUMMARY', 'A', 'BUTTON'].includes(e.tagName) ? e.outerHTML : ''; })()"
        )
        seen.add(tag)
    assert len(seen - {""}) >= wanted - page.locator(".skip").count()
    page.close()


def test_it_prints_on_a4(browser, files):
    page = browser.new_page()
    Visit(page, files["areas with long labels"])
    page.wait_for_function(DRAWN, timeout=PATIENCE)
    printed = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert [(round(float(width)), round(float(height))) for width, height in sizes] == [(595, 842)]
    page.close()
