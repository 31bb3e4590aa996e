"""The HTML report, as a reader's browser sees it: everything drawn, nothing wrong, nothing fetched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import farbell as fb

if TYPE_CHECKING:  # the first test needs no browser
    from selenium import webdriver

LOCAL = ("file:", "data:", "blob:", "about:")
HOSTILE = "<img src=x onerror=document.title='owned'>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    scenario = fb.example("surfnet").replace(duration_s=5.0)
    fb.run(scenario).save(folder / "run")
    return folder / "run" / "report.html"


class Loads(HTMLParser):
    """Collects what a page asks its browser to load (not what it links to)."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "srcset", "data", "poster"} or (tag == "link" and name == "href"):
                self.urls.append(value or "")


def test_report_is_one_file_that_loads_nothing(report: Path) -> None:
    loads = Loads()
    loads.feed(report.read_text(encoding="utf-8"))
    assert [url for url in loads.urls if not url.startswith("data:")] == []


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = shutil.which("chromium") or "chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1600"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "chromedriver"))
    yield driver
    driver.quit()


def all_drawn(driver: webdriver.Chrome) -> bool:
    plots = driver.find_elements("css selector", ".js-plotly-plot")
    return bool(plots) and all(plot.find_elements("css selector", ".scatterlayer .trace, .heatmaplayer .hm") for plot in plots)


def wait_until_drawn(driver: webdriver.Chrome) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 30).until(all_drawn)


def requested(driver: webdriver.Chrome) -> list[str]:
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


@pytest.mark.browser
def test_map_and_plots_are_drawn_without_error_or_request(report: Path, browser: webdriver.Chrome) -> None:
    browser.get(report.as_uri())
    wait_until_drawn(browser)
    plots = browser.find_elements("css selector", ".js-plotly-plot")
    assert [plot.get_attribute("id") for plot in plots] == ["map", "rate", "fidelity", "latency", "occupancy", "link_use"]
    for heat_map in plots[4:]:
        assert len(heat_map.find_elements("css selector", ".heatmaplayer image")) == 1
    for plot in plots[:4]:
        marks = plot.find_elements("css selector", ".scatterlayer .point, .scatterlayer .js-line")
        assert len(marks) >= 8, f"{plot.get_attribute('id')} shows too few of the ten demands"
        assert plot.size["width"] > 300
        assert plot.size["height"] > 200
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert [url for url in requested(browser) if not url.startswith(LOCAL)] == []


@pytest.mark.browser
def test_names_from_a_file_cannot_run_as_script(tmp_path: Path, browser: webdriver.Chrome) -> None:
    scenario = fb.chain(nodes=3, length_m=10e3)
    text = scenario.replace(name=HOSTILE, duration_s=1.0).to_json().replace(scenario.nodes[1].name, HOSTILE)
    fb.run(fb.Scenario.from_json(text)).save(tmp_path / "run")
    browser.get((tmp_path / "run" / "report.html").as_uri())
    wait_until_drawn(browser)
    assert browser.title != "owned"
    assert HOSTILE in browser.find_element("tag name", "body").text
