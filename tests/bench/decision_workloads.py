"""The workload of rules, hooks and protocols in C++, for `workloads.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from timing import Timer, best_ns

import farbell as fb

sys.path.insert(0, str(Path(__file__).parents[1]))
from out_of_tree.building import built


def measure_decisions(plain: Any) -> dict[str, float]:
    """A chain as it is, with rules, hooks and protocols, turn by turn: what one decision costs, beyond a hook's own body."""
    text = "age_s_a < 0.3 * t2_s and age_s_b < 0.3 * t2_s or time_s >= 0"

    def ruled(condition: str) -> Any:
        rules = [{"do": "swap", "when": condition}]
        return fb.compile(plain.replace(demands=[demand.replace(rules=rules) for demand in plain.demands]))

    asked = 0

    def count(view: Any) -> bool:
        nonlocal asked
        asked += 1
        return True

    fb.run(plain, hooks={"swap": count})
    bare = {"swap": lambda view: True}
    reading = {"swap": lambda view: view.age_s_a >= 0}
    with tempfile.TemporaryDirectory() as folder:
        library = built(Path(folder), "awkward") / "awkward.so"
        in_cpp, condition_in_cpp = ({"swap": fb.load_protocol(library, name)} for name in ("always", "condition"))
    runs: dict[str, tuple[Any, Any]] = {
        "plain": (fb.compile(plain), None),
        "always": (ruled("true"), None),
        "rule": (ruled(text), None),
        "hook": (fb.compile(plain), bare),
        "hook that reads": (fb.compile(plain), reading),
        "C++": (fb.compile(plain), in_cpp),
        "condition in C++": (fb.compile(plain), condition_in_cpp),
    }
    cpu_s: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(15):
        for name, (model, hooks) in runs.items():
            with Timer() as run:
                fb.run(model, hooks=hooks)
            cpu_s[name].append(run.cpu_s)
    best = {name: min(times) for name, times in cpu_s.items()}  # differences of them are small: moods of the machine aside
    body = best_ns(bare["swap"], None)
    per = {name: (best[name] - best["always"]) / asked * 1e9 for name in runs}
    return {
        "decisions": asked,
        "look_ns": -per["plain"],
        "rule_ns": per["rule"],
        "hook_ns": per["hook"] - body,
        "column_ns": per["hook that reads"] - per["hook"],
        "body_ns": body,
        "cpp_ns": per["C++"],
        "cpp_condition_ns": per["condition in C++"],
    }
