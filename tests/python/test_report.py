"""The HTML report as a file: complete, self-contained, and deaf to what names try (test_report_browser opens it)."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import farbell as fb

HOSTILE = "</script><img src=x onerror=alert('\u2028${7*7}')>&amp;%{x}"


class Page(HTMLParser):
    """The parts of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data

    @property
    def figures(self) -> dict[str, dict]:
        line = self.scripts[1].splitlines()[0]
        return json.loads(line.removeprefix("const figures = ").removesuffix(";"))


def report(results: fb.Results, folder: Path) -> Page:
    return Page(results.write_report(folder / "report.html"))


@pytest.fixture(scope="module")
def surfnet() -> fb.Results:
    return fb.run(fb.example("surfnet").replace(duration_s=10.0), replicas=2)


@pytest.fixture(scope="module")
def page(surfnet: fb.Results, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return report(surfnet, tmp_path_factory.mktemp("report"))


def test_everything_a_run_has_to_say_is_there(page: Page, surfnet: fb.Results) -> None:
    scenario = surfnet.scenario
    assert set(page.figures) == {"map", "rate", "fidelity", "latency", "occupancy", "link_use"}
    assert page.figures["occupancy"]["data"][0]["type"] == "heatmap"
    assert "40 of 50 nodes: the busiest" in page.text or len(page.figures["occupancy"]["data"][0]["y"]) < 40
    for text in (*surfnet.network.demand_names, *scenario.notes, *scenario.credits, scenario.description):
        assert text in page.text
    for entry in surfnet.approximations:
        assert entry["name"] in page.text
        assert entry["description"] in page.text
    for value in surfnet.provenance.values():
        assert str(value) in page.text
    for parameter in ("t2_s", "efficiency", "dark_count_rate_hz", "attenuation_db_per_km"):
        assert parameter in page.text
    assert "PLOB" in page.text


def test_it_loads_nothing(page: Page) -> None:
    for tag, attributes in page.tags:
        assert tag not in {"iframe", "object", "embed", "base"}
        for name in ("src", "srcset", "data", "poster", "action"):
            assert name not in attributes, (tag, name)
        if tag == "link":
            assert attributes["href"] == "data:,"


def test_its_policy_allows_these_scripts_and_no_others(page: Page) -> None:
    policy = next(a["content"] or "" for tag, a in page.tags if "content" in a and "http-equiv" in a)
    assert "default-src 'none'" in policy
    allowed = policy.split("script-src ")[1].split(";")[0].split()
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts]
    assert allowed == [f"'sha256-{value}'" for value in hashes]
    assert "unsafe-eval" not in policy


def test_the_map_shows_every_link_once(page: Page, surfnet: fb.Results) -> None:
    traces = page.figures["map"]["data"]
    lines = [trace for trace in traces if trace["mode"] == "lines"]
    assert sum(trace["x"].count(None) for trace in lines) == len(surfnet.scenario.links)
    named = {trace["name"]: trace["marker"] for trace in traces if "name" in trace}
    assert named["ends of demands"]["size"] > named["other nodes"]["size"]
    labels = [text for trace in traces if trace["mode"] == "markers" for text in trace["hovertext"]]
    assert all(any(name.replace(">", "&gt;") in text for text in labels) for name in surfnet.network.link_names)


def test_the_plots_show_every_demand(page: Page, surfnet: fb.Results) -> None:
    summary = surfnet.summary()
    points = [trace for trace in page.figures["rate"]["data"] if trace["mode"] == "markers"]
    assert sum(len(trace["x"]) for trace in points) == len(summary)
    assert len(page.figures["fidelity"]["data"]) == np.sum(summary["pairs"] > 0)
    assert len(page.figures["latency"]["data"]) == np.sum(summary["delivered"] > 0)
    for trace in page.figures["latency"]["data"]:
        assert trace["y"][-1] == 1


def hostile(scenario: fb.Scenario) -> fb.Scenario:
    """Every free text of a scenario says something bad."""
    link, demand = scenario.links[0], scenario.demands[0]
    data = json.loads(scenario.replace(links=[link.replace(name=HOSTILE), *scenario.links[1:]]).to_json())
    old = data["nodes"][0]["name"]
    data["demands"] = [json.loads(demand.replace(name=HOSTILE + "2").to_json())]
    data.update(name=HOSTILE, description=HOSTILE, notes=[HOSTILE], credits=[HOSTILE])
    data["memories"][0]["name"] = HOSTILE
    for node in data["nodes"]:
        node["memory"] = HOSTILE
        node["name"] = HOSTILE if node["name"] == old else node["name"]
    for entry in (*data["links"], *data["demands"]):
        for end in ("node_a", "node_b"):
            entry[end] = HOSTILE if entry[end] == old else entry[end]
    return fb.Scenario.from_json(json.dumps(data))


def test_names_stay_names(tmp_path: Path) -> None:
    run = fb.run(hostile(fb.chain(nodes=3, length_m=20e3, duration_s=0.3)))
    page = report(run, tmp_path)
    assert len(page.scripts) == 2
    assert "img" not in [tag for tag, _ in page.tags]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert page.text.count(HOSTILE) >= 6
    assert "<" not in page.scripts[1].splitlines()[0]
    labels = json.dumps(page.figures)
    assert "&lt;img" in labels
    assert "<img" not in labels
    assert not any("hovertemplate" in trace for figure in page.figures.values() for trace in figure["data"])


@pytest.mark.parametrize("scenario", [
    fb.chain(nodes=4, length_m=50e3, duration_s=1e-4),
    fb.chain(nodes=3, length_m=20e3, duration_s=0.1, demands=[]),
    fb.chain(nodes=3, length_m=20e3, duration_s=0.1, record="summary"),
    fb.chain(nodes=3, length_m=20e3, duration_s=0.1, warm_up_s=0.05),
    fb.grid(3, 3, length_m=20e3, duration_s=0.05),
])  # fmt: skip
def test_poor_runs_have_a_report_too(scenario: fb.Scenario, tmp_path: Path) -> None:
    page = report(fb.run(scenario), tmp_path)
    assert "map" in page.figures
    assert ("No pair was delivered" in page.text) == ("fidelity" not in page.figures)
    assert "nan" not in page.text.split("Scenario")[0].lower().split()


def test_a_partial_run_says_so(tmp_path: Path) -> None:
    page = report(fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5), max_events=200), tmp_path)
    assert "Partial" in page.text
    assert "event limit" in page.text
    within_warm_up = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5, warm_up_s=0.4), max_events=200)
    assert "Partial" in report(within_warm_up, tmp_path).text


def test_long_tables_are_cut(tmp_path: Path) -> None:
    demands = [(f"n{i}", f"n{i + 1}") for i in range(250)]
    scenario = fb.chain(nodes=251, length_m=5e3, duration_s=2e-3, demands=demands, record="summary")
    page = report(fb.run(scenario), tmp_path)
    assert "The first 200 of 250 demands" in page.text
    assert "The first 200 of 250 links" in page.text
    assert len(page.figures["rate"]["data"][0]["x"]) + len(page.figures["rate"]["data"][1]["x"]) >= 250


def test_without_plotly_everything_else_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.1))
    with pytest.warns(UserWarning, match=r"pip install 'farbell\[report\]'"):
        results.save(tmp_path / "a")
    assert (tmp_path / "a" / "pairs.parquet").exists()
    assert not (tmp_path / "a" / "report.html").exists()
    with pytest.raises(ImportError, match=r"pip install 'farbell\[report\]'"):
        results.save(tmp_path / "b", report=True)
    with pytest.raises(ImportError, match=r"pip install 'farbell\[report\]'"):
        results.write_report(tmp_path / "report.html")


@pytest.mark.parametrize("package, method", [
    ("pandas", "to_pandas"), ("polars", "to_polars"), ("xarray", "to_xarray"),
])  # fmt: skip
def test_missing_frames_name_their_extra(package: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    table = fb.ResultTable({"x": [1.0]})
    with pytest.raises(ImportError, match=r"pip install 'farbell\[frames\]'") as caught:
        getattr(table, method)()
    assert caught.value.name == package


def test_missing_matplotlib_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'farbell\[plot\]'"):
        fb.plot.map(fb.chain())


def test_the_first_pair_is_drawn_where_there_are_rows(tmp_path: Path) -> None:
    scenario = fb.chain(nodes=3, length_m="20 km", duration_s=0.2)
    drawn = fb.run(scenario).write_report(tmp_path / "rows.html").read_text(encoding="utf-8")
    assert "The first pair, in space and time" in drawn and drawn.count("<svg") >= 2
    plain = fb.run(scenario.replace(record="summary")).write_report(tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "The first pair, in space and time" not in plain
