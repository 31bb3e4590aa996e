"""Protocols in C++ that are built outside of Farbell, against what is installed: `tests/out_of_tree` holds them."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import farbell as fb
from out_of_tree.building import built, compiled, said


def chain(**changes: Any) -> fb.Scenario:
    demand = fb.Demand(node_a="n0", node_b="n4", width=2, **changes.pop("demand", {}))
    memory = fb.Memory(name="noisy", slots=8, t1_s=0.2, t2_s=0.02, initialisation_s=1e-6, two_qubit_gate_s=1e-5)
    link = fb.Given(success_probability=0.01, attempt_period_s=1e-4, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.97))
    settings: dict[str, Any] = {"duration_s": 0.2, "seed": 11} | changes
    return fb.chain(nodes=5, memory=memory, generation=link, demands=[demand], **settings)


def ruled(scenario: fb.Scenario, **rules: str) -> fb.Scenario:
    wanted = [fb.Rule(do=point, when=when) for point, when in rules.items()]
    return scenario.replace(demands=[demand.replace(rules=wanted) for demand in scenario.demands])


def trace(scenario: fb.Scenario, hooks: Any = None) -> dict[str, list[str]]:
    return text_of(fb.run(scenario, trace=True, hooks=hooks).trace())


def text_of(table: fb.ResultTable) -> dict[str, list[str]]:
    return {name: [str(value) for value in table[name]] for name in table.columns}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("out_of_tree"), "my_protocols", "awkward")


@pytest.fixture(scope="module")
def mine(folder: Path) -> str:
    return str(folder / "my_protocols.so")


@pytest.fixture(scope="module")
def awkward(folder: Path) -> str:
    return str(folder / "awkward.so")


# ---- one policy on four rungs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("control", ["messages", "ideal"])
def test_a_policy_as_rule_as_hook_and_in_cpp_gives_equal_traces(mine: str, control: str) -> None:
    scenario = chain(control=control)
    by_rule = trace(ruled(scenario, swap="max(age_s_a, age_s_b) < 0.3 * t2_s", discard="age_s >= 0.3 * t2_s"))
    hooks: dict[str, Callable[[Any], bool]] = {
        "swap": lambda view: max(view.age_s_a, view.age_s_b) < 0.3 * view.t2_s,
        "discard": lambda view: view.age_s >= 0.3 * view.t2_s,
    }
    patience = fb.load_protocol(mine, "patience")
    in_cpp = {"swap": patience, "discard": patience}
    assert by_rule == trace(scenario, hooks) == trace(scenario, in_cpp)
    assert {"swap", "cut_off"} <= set(by_rule["kind"])
    assert by_rule == trace(scenario, {"swap": patience, "discard": hooks["discard"]})
    assert by_rule == trace(ruled(scenario, discard="age_s >= 0.3 * t2_s"), {"swap": patience})


def test_a_policy_that_is_built_in_is_the_same_on_each_rung(awkward: str) -> None:
    plain = trace(chain())
    assert plain == trace(ruled(chain(), swap="true"))
    assert plain == trace(chain(), {"swap": lambda view: True})
    assert plain == trace(chain(), {"swap": fb.load_protocol(awkward, "always")})


def test_requests_are_admitted_alike_on_each_rung(awkward: str) -> None:
    asking = chain(demand={"traffic": fb.Poisson(rate_hz=200), "pairs_per_request": 2})
    by_rule = trace(ruled(asking, admit="waiting_requests + served_requests < 2"))
    assert by_rule == trace(asking, {"admit": lambda view: view.waiting_requests + view.served_requests < 2})
    assert by_rule == trace(asking, {"admit": fb.load_protocol(awkward, "short_line", most=2)})
    limited = asking.replace(demands=[asking.demands[0].replace(max_queue=2)])
    in_cpp = fb.run(asking, hooks={"admit": fb.load_protocol(awkward, "short_line", most=2)})
    assert fb.run(limited).requests["status"].tolist() == in_cpp.requests["status"].tolist()
    assert "refused" in in_cpp.requests["status"].tolist()


# ---- state, randomness, threads --------------------------------------------------------------------------------------


def test_results_do_not_depend_on_threads_although_a_protocol_remembers(mine: str) -> None:
    resting = fb.load_protocol(mine, "resting")
    one, two = (fb.run(chain(), hooks={"swap": resting}, replicas=6, threads=threads, trace=True) for threads in (1, 2))
    assert two.provenance["threads"] == 2
    for name in ("pairs", "requests", "nodes"):
        assert text_of(getattr(one, name)) == text_of(getattr(two, name))
    assert len({int(pairs) for pairs in one.demands["pairs"]}) > 1
    assert text_of(one.trace()) == text_of(two.trace())


def test_what_a_protocol_remembers_decides(mine: str) -> None:
    """Each node rests for at least as long as it was told."""
    resting = fb.load_protocol(mine, "resting", rest_s=5e-3, caution=0.25)
    table = fb.run(chain(), hooks={"swap": resting}, trace=True).trace()
    starts: dict[str, list[float]] = {}
    for time_s, kind, node in zip(table["time_s"], table["kind"], table["node"], strict=True):
        if str(kind) == "swap_started":
            starts.setdefault(str(node), []).append(float(time_s))
    gaps = [later - sooner for times in starts.values() for sooner, later in pairwise(times)]
    assert len(gaps) > 10
    assert min(gaps) >= 5e-3
    other_seed = fb.run(chain(seed=12), hooks={"swap": resting})
    assert other_seed.nodes["swaps"].tolist() != fb.run(chain(), hooks={"swap": resting}).nodes["swaps"].tolist()


def test_a_protocol_is_made_once_a_replica_and_unmade_with_it(awkward: str) -> None:
    counted = fb.load_protocol(awkward, "counted")
    results = fb.run(chain(), hooks={"swap": counted, "discard": counted}, replicas=3, threads=1)
    assert results.nodes["swaps"].sum() > 0
    assert results.nodes["cut_offs"].sum() == 0
    assert ctypes.CDLL(awkward).alive() == 0


def test_a_run_with_a_function_beside_it_has_one_thread(mine: str) -> None:
    hooks = {"swap": fb.load_protocol(mine, "patience"), "discard": lambda view: False}
    assert fb.run(chain(), hooks=hooks, replicas=2, threads=2).provenance["threads"] == 1


# ---- protocols that fail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_ends_the_run_and_says_where(awkward: str, threads: int) -> None:
    failing = fb.load_protocol(awkward, "failing", replica=2)
    words = (
        r'protocol "failing", "swap" at node "n\d", demand "n0->n4", at 0\.\d+ s: '
        r"pair of age 0\.\d+ s is too much"
    )
    with pytest.raises(fb.RunError, match=words) as failed:
        fb.run(chain(), hooks={"swap": failing}, replicas=8, threads=threads)
    kept = failed.value.partial.replicas["replica"].tolist()
    assert kept[:2] == [0, 1]
    assert 2 not in kept


def test_the_first_replica_that_fails_is_told_of(awkward: str) -> None:
    """Every replica fails, each at a time of its own."""
    told = set()
    for threads in (1, 2, 2, 2):
        with pytest.raises(fb.RunError) as failed:
            fb.run(chain(), hooks={"swap": fb.load_protocol(awkward, "failing", after=3)}, replicas=4, threads=threads)
        told.add(str(failed.value))
    assert len(told) == 1


def test_what_is_no_exception_of_the_standard_is_caught_too(awkward: str) -> None:
    with pytest.raises(fb.RunError, match=r"it threw something that is no std::exception"):
        fb.run(chain(), hooks={"swap": fb.load_protocol(awkward, "failing", how=1)})


def test_a_protocol_that_cannot_be_made_ends_the_run(awkward: str) -> None:
    with pytest.raises(fb.RunError, match=r'"unmade" of ".*awkward\.so" could not be made: .*no parameter "colour"'):
        fb.run(chain(), hooks={"swap": fb.load_protocol(awkward, "unmade")})


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_what_a_library_has_is_said(mine: str, awkward: str) -> None:
    patience = fb.load_protocol(mine, "patience", factor=0.25)
    assert (patience.name, patience.decides, patience.parameters) == ("patience", ["swap", "discard"], {"factor": 0.25})
    assert repr(patience) == 'Protocol(name="patience", factor=0.25)'
    assert patience.doc == "Swaps young pairs, and gives up others."
    for path, name, parameters, words in (
        (mine, "patient", {}, "did you mean patience"),
        (mine, None, {}, "one of patience, resting"),
        (mine, "patience", {"facktor": 1}, "did you mean factor"),
        (mine, "patience", {"factor": float("nan")}, "a finite number"),
        (awkward, "always", {"factor": 1}, "no parameters"),
        (mine, "patience", {"factor": "x"}, "parameters/factor: found 'x'; allowed: a number"),
        (mine, "patience", {"factor": None}, "parameters/factor: found None; allowed: a number"),
        (5, "patience", {}, "path: found 5; allowed: a file"),
    ):
        with pytest.raises(fb.SpecError, match=words):
            fb.load_protocol(path, name, **parameters)


def test_a_protocol_is_asked_only_what_it_decides(mine: str) -> None:
    with pytest.raises(fb.SpecError, match=r"hooks/admit: .*it does: swap, discard"):
        fb.run(chain(), hooks={"admit": fb.load_protocol(mine, "patience")})
    with pytest.raises(fb.SpecError, match="/demands/0 has a rule"):
        fb.run(ruled(chain(), swap="true"), hooks={"swap": fb.load_protocol(mine, "patience")})


def test_files_that_are_no_extensions_are_refused(tmp_path: Path, mine: str) -> None:
    with pytest.raises(fb.SpecError, match="a file"):
        fb.load_protocol(tmp_path / "nothing.so")
    (tmp_path / "text.so").write_text("text")
    with pytest.raises(fb.SpecError, match="which cannot be loaded"):
        fb.load_protocol(tmp_path / "text.so")
    from farbell import _core

    with pytest.raises(fb.SpecError, match='which has no function "farbell_extension"'):
        fb.load_protocol(str(_core.__file__))


def test_a_library_that_was_built_with_other_headers_is_refused(tmp_path: Path) -> None:
    table = 'static ExtensionTable t{extension_stamp() + 1, "9", nullptr, 1};'
    source = f'extern "C" const ExtensionTable* farbell_extension() {{ {table} return &t; }}'
    library = compiled(source, tmp_path)
    with pytest.raises(fb.SpecError, match=r"was built with headers of another Farbell.*built anew"):
        fb.load_protocol(library)


def test_a_library_that_was_built_anew_needs_a_new_python(mine: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(mine, tmp_path / "copy.so"))
    fb.load_protocol(copy, "patience")
    fb.load_protocol(copy, "patience", factor=1)
    copy.unlink()
    shutil.copy(mine, copy)
    with pytest.raises(fb.SpecError, match="built anew since it was loaded"):
        fb.load_protocol(copy, "patience")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ("bool swap(const SwapView& v) { return v[RuleColumn::towards_a] > 0; }", "not known at this decision point"),
        ("bool swap(int) { return true; }", "it should be: bool swap"),
        ("int discard(const DiscardView&) { return 1; }", "it should be: bool discard"),
        (
            "bool svap(const SwapView&) { return true; }",
            "has a public member swap, discard, admit, find_routes, assign_lanes, join_pairs or",
        ),
        ("bool admit(const AdmitView& v) { return v.node().value == 0; }", "node"),
    ],
)
def test_mistakes_do_not_compile(members: str, words: str, tmp_path: Path) -> None:
    source = f'struct P {{ explicit P(const RunFacts&) {{}} {members} }};\nFARBELL_EXTENSION(protocol<P>("p"))'
    assert words in said(source, tmp_path)


def test_what_the_guide_shows_is_in_the_examples() -> None:
    root = Path(__file__).parents[2]
    known = {" ".join(path.read_text().split()) for path in (root / "tests" / "out_of_tree").glob("*.[ct][cx]*")}
    guide = (root / "docs" / "guide" / "rules_and_hooks.md").read_text()
    blocks = re.findall(r"^```(cpp|cmake)\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    for _, block in blocks:
        # Includes and the like stand elsewhere than in the file.
        parts = re.split(r"^(?:#include.*|using .*|)\n", block, flags=re.MULTILINE)
        for part in parts:
            assert any(" ".join(part.split()) in text for text in known), part


def test_the_command_line_says_where_the_package_is() -> None:
    done = subprocess.run([sys.executable, "-m", "farbell", "--cmake-dir"], capture_output=True, text=True, check=True)
    assert done.stdout == fb.cmake_dir() + "\n"
