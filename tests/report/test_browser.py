"""The page in a real browser: it looks, sorts, copies and prints as it should, and says nothing to anybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bedaudit.model import Report
from bedaudit.report import Options
from bedaudit.report.html import report as html
from tests.report.hostile import HOSTILE, filled
from tests.report.sample import PROD
from tests.report.test_html import FIXED, HISTORY, many

Scheme: TypeAlias = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="no axe: npm install --prefix .cache/npm axe-core")

Open: TypeAlias = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report; afterwards nothing may have been complained of, asked or sent."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def visit(found: Report = FIXED, fragment: str = "", **settings: Any) -> Page:
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text("".join(html(found, Options(history=HISTORY))), encoding="utf-8")
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


def visible(page: Page) -> int:
    return page.locator(".r:not([hidden])").count()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_opens_without_a_complaint_or_a_request(visit: Open, scheme: Scheme) -> None:
    page = visit(color_scheme=scheme)
    assert page.locator("h1").inner_text() == "8 failed, 9 unseen"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 800, 1920])
def test_the_page_is_never_wider_than_the_window(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800})
    page.locator("#unfold").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_does_nothing_in_a_browser(visit: Open, text: str) -> None:
    page = visit(filled(FIXED, text), viewport={"width": 1000, "height": 800})
    page.locator("#unfold").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 1000


@needs_axe
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(visit: Open, scheme: Scheme, width: int) -> None:
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 900})
    for box in page.locator("[name=outcome]").all():
        box.check()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_filters_narrow_what_is_shown(visit: Open) -> None:
    page = visit()
    status = page.locator("#shown")
    assert status.inner_text() == "19 of 24 findings"
    page.locator("[name=outcome][value=pass]").check()
    assert (visible(page), status.inner_text()) == (22, "22 of 24 findings")
    page.locator("[name=severity]").select_option("critical")
    page.locator("[name=account]").select_option(PROD)
    page.locator("[name=region]").select_option("eu-west-1")
    assert (visible(page), status.inner_text()) == (1, "1 of 24 findings")
    assert page.locator(".g:not([hidden])").count() == 1
    assert page.locator(".r:not([hidden]) summary").is_visible()
    page.locator("[type=reset]").click()
    page.wait_for_function("document.querySelector('#shown').value === '19 of 24 findings'")


def test_what_is_new_and_what_was_fixed_can_be_asked_for(visit: Open) -> None:
    page = visit()
    page.locator("[name=since]").select_option("new")
    assert (visible(page), page.locator(".r:not([hidden]) em").text_content()) == (1, "new")
    page.locator("[name=since]").select_option("fixed")
    assert (visible(page), page.locator(".r:not([hidden]) em").text_content()) == (1, "fixed")


def test_search_finds_every_word_wherever_it_stands(visit: Open) -> None:
    page = visit()
    page.locator("[name=q]").fill("THROTTL 5000")
    assert page.locator(".r:not([hidden])").count() == 1
    assert "bedrock-throttles" in page.locator(".r:not([hidden])").inner_text()
    page.locator("[name=q]").fill("nothing has this")
    assert page.locator("#shown").inner_text() == "0 of 24 findings"


def test_findings_and_controls_are_sorted(visit: Open) -> None:
    page = visit()
    first = page.locator(".g").first
    page.locator("[name=sort]").select_option("control")
    names = page.locator(".g").evaluate_all("groups => groups.map(group => group.dataset.c)")
    assert names == sorted(names)
    page.locator("[name=sort]").select_option("most")
    failed = page.locator(".g .counts > :first-child").evaluate_all("cells => cells.map(cell => cell.firstChild.data)")
    assert failed == ["2", "2", "1", "1", "1", "1", "0"]
    page.locator("[name=sort]").select_option("region")
    regions = page.locator("#c1 .r").evaluate_all("rows => rows.map(row => row.querySelectorAll('bdi')[1].textContent)")
    assert regions == sorted(regions)
    page.locator("[name=sort]").select_option("")
    assert first.get_attribute("id") == "c1"


@pytest.mark.parametrize("outcome", ["fail", "pass"])
def test_a_link_to_a_finding_shows_it(visit: Open, outcome: str) -> None:
    wanted = [finding for finding in FIXED.findings if finding.outcome == outcome][-1]
    for fragment in (f"#f{wanted.id[:16]}", f"#{wanted.id}"):
        page = visit(fragment=fragment)
        row = page.locator(f"#f{wanted.id[:16]}")
        row.wait_for(state="visible")
        page.wait_for_function("document.querySelector(':target') !== null")
        assert row.evaluate("row => row.matches(':target')")
        assert row.evaluate("row => row.open !== false")


def test_commands_and_names_are_copied(visit: Open) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    wanted = next(finding for finding in FIXED.findings if finding.outcome == "fail")
    page.goto(f"{page.url}#f{wanted.id[:16]}")
    row = page.locator(f"#f{wanted.id[:16]}")
    row.locator("button").last.click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"bedaudit fix --control {wanted.control} --account {wanted.site.account}")


def test_a_cell_of_the_grid_leads_to_its_findings(visit: Open) -> None:
    page = visit()
    cell = page.locator("#cells td.fail").first
    cell.hover()
    assert cell.get_attribute("title") == "111122223333 prod\ninvocation-logging-is-enabled\nfailed"
    cell.click()
    assert (page.locator("[name=account]").input_value(), visible(page)) == (PROD, 2)
    page.locator("#cells [data-p]").last.click()
    assert page.locator("[name=account]").input_value() == "222233334444"


def test_the_regions_of_one_account_lead_to_their_findings(visit: Open) -> None:
    own = tuple(each for each in FIXED.findings if each.site.account == PROD)
    page = visit(replace(FIXED, findings=own, gaps=()))
    page.locator("#cells [data-p]").last.click()
    assert page.locator("[name=region]").input_value() == "eu-west-1"


def test_the_keyboard_is_enough(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.locator("#c1 > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("#c1").get_attribute("open") == ""
    page.locator("#c1 .r summary").first.focus()
    page.keyboard.press("Space")
    assert page.locator("#c1 .r .d").first.is_visible()


def test_the_page_tells_everything_without_its_script(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    assert not page.locator("#tools").is_visible()
    for summary in (page.locator("#c1 > summary"), page.locator("#c1 .r summary").first):
        summary.click()
    assert page.locator("#c1 .r .d").first.is_visible()
    assert page.get_by_text("bedaudit fix --control").first.is_visible()


def test_print_shows_what_is_closed_on_the_screen_and_no_tools(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    page.emulate_media(media="print")
    assert page.locator("#c2 .r .d").first.is_visible()
    assert not page.locator("#tools").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_five_thousand_findings_are_searched_while_one_types(visit: Open) -> None:
    page = visit(many(5_000))
    page.locator("[name=q]").fill("model-4992")
    assert page.locator("#shown").inner_text() == "1 of 5,000 findings"
