"""The least improvement of hardware that reaches a target."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.design import improvable, improved, improved_value
from farbell.kept_file import _Lock


def network(nodes: int = 2, *, success: float = 0.01, fidelity: float = 0.9, **rest: Any) -> Any:
    link = fb.Given(success_probability=success, attempt_period_s="1 ms", state=fb.Werner(fidelity=fidelity))
    names = [f"n{i}" for i in range(nodes)]
    return fb.Scenario(
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory") for name in names],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=1000.0), generation=link)
            for a, b in zip(names, names[1:], strict=False)
        ],
        demands=[fb.Demand(node_a=names[0], node_b=names[-1])],
        **{"duration_s": 50.0, **rest},
    )


def test_conventions() -> None:
    assert improved_value(0.25, "probability", 2) == 0.5
    assert improved_value(3.0, "time_constant", 2) == 6.0
    assert improved_value(3.0, "rate", 2) == 1.5
    assert improved_value(3.0, "phase_deviation", 4) == 1.5
    with pytest.raises(fb.SpecError, match="probability, time_constant, rate or phase_deviation"):
        improved_value(1.0, "none", 2)


def test_improved_hardware_is_better_wherever_the_name_stands() -> None:
    scenario = fb.example("surfnet")
    better = improved(scenario, {"efficiency": 2, "t2_s": 3})
    assert better.memories[0].efficiency == pytest.approx(math.sqrt(scenario.memories[0].efficiency))
    assert better.memories[0].t2_s == pytest.approx(3 * scenario.memories[0].t2_s)
    assert better.stations[0].detector.efficiency == pytest.approx(math.sqrt(scenario.stations[0].detector.efficiency))
    assert better.links == scenario.links
    assert improved(scenario, {}) == scenario
    names = {p.name for p in improvable(scenario)}
    assert "t2_s" in names and "length_m" not in names and "attenuation_db_per_km" not in names


@pytest.mark.parametrize(
    ("improve", "found"),
    [
        (["t3_s"], "t3_s"),
        (["length_m"], "it has no convention"),
        (["swap_success_probability"], "it is perfect already"),
        ([], "at least one name"),
        (["fidelity", "fidelity"], "each once"),
    ],
)
def test_names_that_mean_nothing_better(improve: list[str], found: str) -> None:
    with pytest.raises(fb.SpecError, match=found):
        fb.requirements(network(), target={"rate": 1}, improve=improve)


def test_targets_are_checked() -> None:
    for target, path in (({"speed": 1}, "target/speed"), ({"fidelity": 1.2}, "target/fidelity"), ({"rate": -1}, "target/rate")):
        with pytest.raises(fb.SpecError) as error:
            fb.requirements(network(), target=target, improve=["fidelity"])
        assert error.value.path == path


def test_a_search_without_a_target_or_an_end_is_refused() -> None:
    with pytest.raises(fb.SpecError, match="a rate or a fidelity above 0"):
        fb.requirements(network(), target={}, improve=["fidelity"])
    with pytest.raises(fb.SpecError, match="and finite"):
        fb.requirements(network(), target={"rate": 1}, improve=["fidelity"], most=math.inf)


def test_one_parameter_is_its_closed_form() -> None:
    """rate = p / T: 100 pairs/s need p = 0.1. 8 replicas of 50 s: about 40,000 pairs, an error of 0.5 %; 3 % would be seen."""
    answer = fb.requirements(network(), target={"rate": 100}, improve=["success_probability"], workers=1)
    assert answer.scenario.links[0].generation.success_probability == pytest.approx(0.1, rel=0.03)
    assert answer.cost == answer.factors["success_probability"] == pytest.approx(math.log(0.01) / math.log(0.1), rel=0.03)
    assert answer.rate_hz >= 100 and "success_probability 2 times better" in answer.sentence


def test_fidelity_and_rate_are_bought_apart() -> None:
    """Nothing decays: the fidelity needs the state alone, the rate the probability alone, so each has its closed form."""
    answer = fb.requirements(
        network(), target={"rate": 30, "fidelity": 0.95}, improve=["success_probability", "fidelity"], replicas=4, generations=8
    )
    assert answer.factors["fidelity"] == pytest.approx(math.log(0.9) / math.log(0.95), rel=0.005)
    assert answer.factors["success_probability"] == pytest.approx(math.log(0.01) / math.log(0.03), rel=0.02)
    front = answer.tried[answer.tried["on_front"] == 1]
    order = np.argsort(front["cost"])
    assert np.all(np.diff(np.maximum.accumulate(front["rate_hz"][order])) >= 0)
    for row in front.rows():
        cheaper = answer.tried[answer.tried["cost"] < row["cost"]]
        assert not np.any((cheaper["rate_hz"] >= row["rate_hz"]) & (cheaper["fidelity"] >= row["fidelity"]))


def test_hardware_that_does_already_costs_nothing() -> None:
    answer = fb.requirements(network(), target={"rate": 1}, improve=["fidelity"])
    assert answer.factors == {"fidelity": 1.0} and answer.scenario == network() and len(answer.tried) == 1
    assert "nothing: today's hardware does" in answer.sentence


def test_a_target_out_of_reach_is_refused_with_what_is_reached() -> None:
    with pytest.raises(fb.SpecError, match=r"at most .* pairs/s at fidelity"):
        fb.requirements(network(), target={"rate": 1e6}, improve=["success_probability"], most=10)
    with pytest.raises(fb.SpecError, match="n0--n1"):  # the link that forbids it
        fb.requirements(network(), target={"rate": 1e6}, improve=["success_probability"], most=10)


def test_what_forbids_the_mean_rate_of_several_demands() -> None:
    three = network(3).replace(duration_s=1.0)
    pairs = [("n0", "n1"), ("n0", "n2")]
    demands = [fb.Demand(name=f"d{i}", node_a=a, node_b=b) for i, (a, b) in enumerate(pairs)]
    # Each of two links gives 1,000 pairs/s and lane at most, and n1 has two slots.
    with pytest.raises(fb.SpecError, match=r"all demands together at most [0-9.]+ pairs/s, .* limited by n1"):
        fb.requirements(three.replace(demands=demands), target={"rate": 1e5}, improve=["success_probability"], replicas=1)
    few = [demand.replace(traffic=fb.Poisson(rate_hz=2.0), pairs_per_request=3) for demand in demands]
    with pytest.raises(fb.SpecError, match=r"no more than 6 pairs/s are asked for, on average over demands"):
        fb.requirements(three.replace(demands=few), target={"rate": 7}, improve=["success_probability"], replicas=1)


def test_workers_and_a_second_search_give_the_same(tmp_path: Path) -> None:
    def search(**options: Any) -> Any:
        return fb.requirements(
            network(duration_s=5.0), target={"rate": 30, "fidelity": 0.95}, improve=["success_probability", "fidelity"],
            replicas=1, generations=3, **options,
        )  # fmt: skip

    one, two = search(workers=1), search(workers=3, store=tmp_path / "search.db")
    assert one.factors == two.factors and one.tried.equals(two.tried)
    again = search(store=tmp_path / "search.db")
    assert again.factors == one.factors and again.tried.equals(one.tried)


def test_a_search_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = sys.modules["farbell.design.search"]  # a function of it has its name
    runs, real = 0, module.run

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal runs
        runs += 1
        if runs == 20:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(module, "run", counted)

    def search() -> Any:
        return fb.requirements(
            network(duration_s=5.0), target={"rate": 30, "fidelity": 0.95}, improve=["success_probability", "fidelity"],
            replicas=1, generations=3, workers=1, store=tmp_path / "search.db",
        )  # fmt: skip

    with pytest.raises(KeyboardInterrupt):
        search()
    answer = search()
    assert runs == 20 + len(answer.tried) - 19


def test_a_file_of_another_search_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "search.db"
    fb.requirements(network(duration_s=1.0), target={"rate": 1}, improve=["fidelity"], store=store)
    with pytest.raises(fb.SpecError, match=r"another search: its /scenario/duration_s is 1; this one's 2"):
        fb.requirements(network(duration_s=2.0), target={"rate": 1}, improve=["fidelity"], store=store)
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(OSError, match="no store of a search"):
        fb.requirements(network(duration_s=1.0), target={"rate": 1}, improve=["fidelity"], store=tmp_path / "text.db")
    with pytest.raises(fb.SpecError, match="an SQLite file of something else"):
        fb.sweep(network(duration_s=1.0), {"seed": [1]}).run(store)
    lock = _Lock(store)
    lock.take()
    with pytest.raises(BlockingIOError, match="another run uses this store"):
        fb.requirements(network(duration_s=1.0), target={"rate": 1}, improve=["fidelity"], store=store)
    lock.release()
    assert not list(tmp_path.glob("*-lock"))


def test_a_search_on_a_full_disk_keeps_what_was_tried(tmp_path: Path) -> None:
    """A process that may write no file larger than 100 kB: to it the disk is full there."""
    store = tmp_path / "search.db"
    code = f"""
import resource, farbell as fb
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
link = fb.Given(success_probability=0.01, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.9))
network = fb.chain(nodes=2, length_m="20 km", generation=link, duration_s=0.1)
asked = {{"target": {{"rate": 300, "fidelity": 0.95}}, "improve": ["success_probability", "fidelity"]}}
try:
    fb.requirements(network, **asked, replicas=1, workers=1, generations=20, store={str(store)!r})
except OSError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "the store of the search cannot be written" in done.stdout, done.stderr
    with sqlite3.connect(store) as file:
        assert file.execute("SELECT count(*) FROM evaluation").fetchone()[0] > 10
    file.close()


def test_requirements_are_drawn() -> None:
    answer = fb.requirements(network(duration_s=5.0), target={"rate": 30}, improve=["success_probability"], replicas=1)
    ax = answer.plot()
    assert answer.plot(ax) is ax and "cost" in ax.get_xlabel()
    best = next(line for line in ax.lines if line.get_label().startswith("Pareto front"))
    assert np.all(np.diff(best.get_xdata()) >= 0) and np.all(np.diff(best.get_ydata()) >= 0)  # no zigzag
    assert [panel.get_ylabel() for panel in answer.plot().figure.axes] == ["pairs per second of a demand", "fidelity"]
    assert "<table" in answer._repr_html_() and "required" in repr(answer)
