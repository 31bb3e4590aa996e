"""The figures: what is in them, and that they take and return axes."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest

import farbell as fb
from farbell.layout import places

mpl.use("Agg")

from matplotlib import pyplot


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def results() -> fb.Results:
    return fb.run(fb.example("surfnet").replace(duration_s=3.0), progress=False)


DRAWERS = [fb.plot.map, fb.plot.chain, fb.plot.rate_distance, fb.plot.fidelity, fb.plot.latency]


@pytest.mark.parametrize("draw", DRAWERS)
def test_axes_in_axes_out(draw, results: fb.Results) -> None:
    axes = pyplot.figure().add_subplot()
    assert draw(results, ax=axes) is axes
    assert draw(results) is not axes
    axes.figure.canvas.draw()
    if draw is not fb.plot.map:
        assert axes.get_xlabel()
        assert axes.get_ylabel()


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("demands", ["ends", []])
def test_nothing_delivered(draw, demands) -> None:
    """A run without any pair, and one without demands, are drawn too."""
    results = fb.run(fb.chain(nodes=4, length_m=50e3, duration_s=1e-4, demands=demands))
    if draw is fb.plot.chain and not demands:
        with pytest.raises(IndexError):
            draw(results)
        return
    draw(results).figure.canvas.draw()


def test_overview_on_given_axes(results: fb.Results) -> None:
    axes = pyplot.subplots(2, 2)[1]
    assert all(a is b for a, b in zip(fb.plot.overview(results, axes), axes.flat, strict=True))


def test_map_colours_the_links_that_were_used(results: fb.Results) -> None:
    used = np.bincount(results.links.codes("link"), weights=results.links["successes"]) > 0
    lines = fb.plot.map(results).collections
    assert len(lines[0].get_segments()) == used.sum()
    assert len(lines[1].get_segments()) == len(used) - used.sum()
    assert len(lines[0].get_array()) == used.sum()


def test_map_of_a_scenario_is_on_its_coordinates() -> None:
    scenario = fb.example("surfnet")
    axes = fb.plot.map(scenario)
    offsets = axes.collections[1].get_offsets()
    assert offsets[:, 0].tolist() == [node.longitude_deg for node in scenario.nodes]
    assert offsets[:, 1].tolist() == [node.latitude_deg for node in scenario.nodes]


def test_points_of_rate_against_distance(results: fb.Results) -> None:
    axes = fb.plot.rate_distance(results)
    summary = results.summary()
    seen = summary["pairs"] > 0
    points = axes.containers[0].lines[0]
    assert points.get_xdata().tolist() == (summary["length_m"][seen] / 1000).tolist()
    assert points.get_ydata().tolist() == summary["rate_hz"][seen].tolist()
    bound = next(line for line in axes.lines if line.get_label().startswith("PLOB"))
    assert np.all(np.diff(bound.get_ydata()) < 0)


def test_bound_of_a_single_link() -> None:
    """20 km at 0.2 dB/km let 10^-0.4 through; a given link counts as one mode an attempt."""
    link = fb.Given(success_probability=0.1, attempt_period_s=1e-3)
    scenario = fb.chain(nodes=2, length_m=20e3, duration_s=0.1, generation=link)
    channel = fb.plot.views.direct_channels(fb.run(scenario))[0]
    assert channel is not None
    assert channel.bound_hz == pytest.approx(fb.analysis.plob_bound(10**-0.4) * 1000)


def test_several_runs_in_one_figure() -> None:
    runs = [fb.run(fb.chain(nodes=n, length_m=20e3, duration_s=0.1)) for n in (2, 3)]
    axes = fb.plot.rate_distance(runs)
    assert len(axes.containers) == 2


def test_dollars_in_names_are_no_formulas() -> None:
    scenario = fb.chain(nodes=3, length_m=20e3, duration_s=0.1)
    text = scenario.to_json().replace('"n0"', r'"$\\frac$"')
    results = fb.run(fb.Scenario.from_json(text))
    for draw in DRAWERS:
        draw(results).figure.canvas.draw()


def test_tradeoff(results: fb.Results) -> None:
    points = [("fast", 100.0, 0.8), ("good", 1.0, 0.99), ("good", 0.9, 0.99), ("beaten", 50.0, 0.7)]
    axes = pyplot.figure().add_subplot()
    assert fb.plot.tradeoff(points, ax=axes) is axes
    front = next(line for line in axes.lines if line.get_label() == "Pareto front")
    np.testing.assert_array_equal(front.get_xydata(), [[0.8, 100], [0.99, 1]])
    hollow = [tuple(place) for dots in axes.collections if not dots.get_facecolors().size for place in dots.get_offsets()]
    assert hollow == [(0.99, 0.9), (0.7, 50.0)]
    assert set(axes.get_legend_handles_labels()[1]) == {"fast", "good", "beaten", "Pareto front"}

    served = np.count_nonzero(results.summary()["pairs"])
    drawn = fb.plot.tradeoff([results, *points])
    assert sum(len(dots.get_offsets()) for dots in drawn.collections) == served + len(points)
    drawn.figure.canvas.draw()
    by_demand = fb.plot.tradeoff(results.summary()).get_legend_handles_labels()[1]
    assert len(by_demand) == served + 1


def test_tradeoff_of_nothing() -> None:
    results = fb.run(fb.chain(nodes=4, length_m=50e3, duration_s=1e-4))
    fb.plot.tradeoff(results).figure.canvas.draw()


def test_demands_by_name_and_number(results: fb.Results) -> None:
    name = results.network.demand_names[3]
    assert fb.plot.chain(results, name).get_xlim() == fb.plot.chain(results, 3).get_xlim()
    with pytest.raises(ValueError, match=name):
        fb.plot.chain(results, "nobody")


def bare(scenario: fb.Scenario) -> fb.Scenario:
    """Without coordinates."""
    nodes = [node.replace(x_m=None, y_m=None, latitude_deg=None, longitude_deg=None) for node in scenario.nodes]
    return scenario.replace(nodes=nodes)


@pytest.mark.parametrize("scenario", [
    fb.chain(nodes=2), fb.chain(nodes=30), fb.star(6), fb.ring(9), fb.grid(7, 5), fb.grid(20, 20), fb.example("surfnet"),
])  # fmt: skip
def test_computed_places_keep_nodes_apart(scenario: fb.Scenario) -> None:
    where = places(bare(scenario))
    points = np.column_stack([where.x, where.y])
    assert np.isfinite(points).all()
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    names = {node.name: i for i, node in enumerate(scenario.nodes)}
    linked = np.median([apart[names[link.node_a], names[link.node_b]] for link in scenario.links])
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 0.1 * linked
    again = places(bare(scenario))
    assert np.array_equal(where.x, again.x)


def test_computed_places_of_a_chain_lie_on_a_line() -> None:
    where = places(bare(fb.chain(nodes=8)))
    assert np.ptp(where.y) < 0.05 * np.ptp(where.x)
    assert np.all(np.diff(where.x) > 0)
