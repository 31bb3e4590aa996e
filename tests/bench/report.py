"""Speed and size: builds the cases, runs them, prints one table and how many goals hold.

    python tests/bench/report.py [--peers] [--repetitions N] [--only TEXT] [--build-dir DIR] [--installed] [--json FILE]

Figures are medians over repetitions, each workload in a fresh process, the repetitions of all workloads interleaved. CPU
seconds are those of all threads of a process. A goal that names a ceiling is judged by the ratio to the ceiling of the same
run. `ratio` compares the figure with the goal: 1 or more holds. Rows without a goal are shown for comparison. See README.md
in this folder for what each workload is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from peers_of_farbell import PEERS, peer_rows

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

Figures = dict[str, float]


@dataclass
class Row:
    work: str
    goal: str
    measured: str
    ratio: float | None = None  # None: nothing is promised

    @property
    def verdict(self) -> str:
        return "" if self.ratio is None else "HOLD" if self.ratio >= 1 else "SHORT"


def at_least(work: str, figure: float, goal: float, text: str) -> Row:
    return Row(work, f">= {text.format(goal)}", text.format(figure), figure / goal)


def at_most(work: str, figure: float, goal: float, text: str) -> Row:
    return Row(work, f"<= {text.format(goal)}", text.format(figure), goal / figure if figure > 0 else float("inf"))


# What is run: label -> workload and its options. Lengths give about two CPU seconds each where there is a choice.
CHAIN = "chain of 33"
IN_ROUNDS = ("shortest", "greedy", "q_pass", "q_cast", "multipath_local", "multipath_global", "ghz_fusion")
WORKLOADS: dict[str, list[str]] = {
    CHAIN: ["chain_33", "duration_s=30"],
    f"{CHAIN}, bell_diagonal": ["chain_33", "duration_s=30", "state=bell_diagonal"],
    f"{CHAIN}, success 0.5": ["chain_33", "duration_s=10", "success=0.5"],
    f"{CHAIN}, success 0.005": ["chain_33", "duration_s=100", "success=0.005"],
    f"{CHAIN}, every attempt stepped": ["chain_33", "duration_s=10", "detail=attempt"],
    f"{CHAIN}, DEJMPS": ["chain_33", "duration_s=10", "slots=20", "distil=dejmps"],
    f"{CHAIN}, cut-offs": ["chain_33", "duration_s=20", "cutoff_s=0.02"],
    f"{CHAIN}, time shares": ["time_shares", "duration_s=3"],
    f"{CHAIN}, decisions": ["decisions", "duration_s=1"],
    "chain of 1,000": ["chain_1000"],
    "chain of 200, 200 pairs": ["chain_200"],
    "grid 32 x 32": ["grid", "side=32", "demands=128", "duration_s=1"],
    "grid 100 x 100": ["grid", "side=100", "demands=1000", "duration_s=0.2"],
    "100 nodes, 16 slots": ["grid", "side=10", "demands=10", "duration_s=2", "width=2", "slots=16"],
    "10,000 nodes, 16 slots": ["grid", "side=100", "demands=1000", "duration_s=0.2", "width=2", "slots=16"],
    "100,000 nodes, 100 demands": ["grid", "side=317", "demands=100", "duration_s=0.2", "width=2", "slots=16"],
    "routes, 1,000 nodes": ["routes", "nodes=1000"],
    "routes, 10,000 nodes": ["routes", "nodes=10000"],
    "routers, SURFnet": ["routers", "nodes=50"],
    "routers, 1,000 nodes": ["routers", "nodes=1000"],
    "rerouting": ["rerouting", "nodes=1024", "demands=128"],
    "environments": ["environments", "envs=64", "threads=2", "steps=3000"],
    "reconvergence": ["reconvergence", "side=32", "demands=1024"],
    "1e5 rows": ["rows", "rows=1e5"],
    "1e7 rows": ["rows", "rows=1e7"],
    "stabilizer, gates": ["stabilizer_gate"],
    "stabilizer, 10,000 qubits": ["stabilizer_wide", "n=10000", "layers=10"],
    "stabilizer, Pauli frames": ["frames", "shots=65536"],
    **{f"sweep, {executor}": ["sweep", "points=1000", f"executor={executor}"] for executor in ("process", "dask", "joblib")},
    "requirements": ["requirements"],
    "programs, steps": ["program_steps", "steps=200000"],
    "programs, teleportation": ["program_teleport", "duration_s=0.5"],
    "programs, 100 nodes": ["program_swaps", "nodes=100", "duration_s=0.05"],
    "unlike links": ["unlike_links", "nodes=1000", "links=2000"],
    "rich links": ["rich_links", "duration_s=20"],
    "rounds, Q-CAST": ["rounds", "router=q_cast", "side=100", "demands=1000"],
    **{
        f"rounds, 1,024 nodes, {router}": ["rounds", f"router={router}", "side=32", "demands=1", "rounds=100"]
        for router in IN_ROUNDS
    },
    "rounds, Q-PASS": ["rounds", "router=q_pass", "side=100", "demands=1000"],
    "passes": ["passes", "stations=10", "days=3", "step_s=10"],
    "import": ["import", "what=farbell"],
    "threads": ["threads"],
}


def workload_rows(figures: dict[str, Figures]) -> list[Row]:
    """The goals, on the workloads that were run."""
    rows: list[Row] = []

    def on(*labels: str) -> list[Figures] | None:
        return [figures[x] for x in labels] if all(x in figures for x in labels) else None

    per_s, seconds, ms, mb = "{:,.0f} pairs / CPU s", "{:.3f} CPU s", "{:.2f} ms CPU", "{:.0f} MB"
    for label, goal in ((CHAIN, 15_000), (f"{CHAIN}, bell_diagonal", 30_000)):
        if found := on(label):
            rows.append(at_least(label, found[0]["pairs_per_cpu_s"], goal, per_s))
    for variant in ("success 0.5", "success 0.005", "every attempt stepped"):
        if found := on(f"{CHAIN}, {variant}"):
            rows.append(Row(f"{CHAIN}, {variant}", "", per_s.format(found[0]["pairs_per_cpu_s"])))
    for variant, what, goal in (("DEJMPS", "DEJMPS once a link", 3.0), ("cut-offs", "an age cut-off that never fires", 1.3)):
        if found := on(f"{CHAIN}, {variant}", CHAIN):
            cost = found[1]["pairs_per_cpu_s"] / found[0]["pairs_per_cpu_s"]
            rows.append(at_most(f"{CHAIN}: {what}, CPU time of a delivered pair", cost, goal, "{:.2f}x of that without"))
    if found := on(f"{CHAIN}, time shares"):
        rows.append(at_most(f"{CHAIN}: the breakdown of time", found[0]["cost"], 1.1, "{:.2f}x of the run without"))
    if found := on(f"{CHAIN}, decisions"):
        row = at_most(f"{CHAIN}: the condition of a rule", found[0]["rule_ns"], 50.0, "{:.0f} ns")
        row.measured += f" (a node that looks at all: {found[0]['look_ns']:.0f} ns a swap, with news of how far pairs reach)"
        rows.append(row)
        row = at_most(f"{CHAIN}: a decision by a protocol in C++ from elsewhere", found[0]["cpp_ns"], 20.0, "{:.0f} ns")
        row.measured += f" (with the rule's condition: {found[0]['cpp_condition_ns']:.0f} ns)"
        rows.append(row)
        row = at_most(f"{CHAIN}: a swap by a hook, above its body", found[0]["hook_ns"], 350.0, "{:.0f} ns")
        row.measured += f" (body {found[0]['body_ns']:.0f} ns; {found[0]['column_ns']:.0f} ns to read and compare a column)"
        rows.append(row)
    if found := on("chain of 1,000"):
        rows.append(at_most("chain of 1,000, one pair: run", found[0]["cpu_s"] * 1e3, 1.0, ms))
    if found := on("chain of 200, 200 pairs"):
        rows.append(at_most("chain of 200, 200 pairs: run", found[0]["cpu_s"] * 1e3, 40.0, ms))
        rows.append(at_most("chain of 200, 200 pairs: peak memory", found[0]["peak_mb"], 80.0, mb))
    for label, compile_s, memory, reference, factor in (
        ("grid 32 x 32", 0.1, 150.0, CHAIN, 0.5),
        ("grid 100 x 100", 3.0, 400.0, "grid 32 x 32", 0.5),
    ):
        if found := on(label):
            grid = found[0]
            rows.append(at_most(f"{label}: compile", grid["compile_cpu_s"], compile_s, seconds))
            rows.append(at_most(f"{label}: peak memory", grid["peak_mb"], memory, mb))
            rows.append(
                Row(
                    f"{label}: pairs",
                    "",
                    f"{per_s.format(grid['pairs_per_cpu_s'])}, {grid['events_per_pair']:.1f} events a pair",
                )
            )
        if found := on(label, reference):
            rate, base = (f["links_and_swaps_per_cpu_s"] for f in found)
            rows.append(
                Row(
                    f"{label}: links + swaps",
                    f">= {factor}x of the {reference}",
                    f"{rate / base:.2f}x ({rate / 1e6:.2f} M / CPU s)",
                    rate / base / factor,
                )
            )
    if found := on("10,000 nodes, 16 slots", "100 nodes, 16 slots"):
        large, small = (f["links_and_swaps_per_cpu_s"] for f in found)
        rows.append(at_most("10,000 nodes, 1,000 demands: compile", found[0]["compile_cpu_s"], 3.0, seconds))
        rows.append(at_most("10,000 nodes, 1,000 demands: peak memory", found[0]["peak_mb"], 400.0, mb))
        rows.append(at_most("10,000 nodes, 1,000 demands: a link or swap", small / large, 1.5, "{:.2f}x of that of 100 nodes"))
    if found := on("100,000 nodes, 100 demands"):
        rows.append(at_most("100,000 nodes, 100 demands: peak memory", found[0]["peak_mb"], 2048.0, mb))
    if found := on("requirements"):
        row = at_most("requirements Delft - Eindhoven, three seeds: wall time", found[0]["wall_s"], 600.0, "{:.0f} s")
        row.measured += f" (costs within {100 * found[0]['spread']:.1f} %)"
        rows.append(row)
    for label, one_ms, ten_ms in (("routes, 1,000 nodes", 0.1, 6.0), ("routes, 10,000 nodes", 1.5, 55.0)):
        if found := on(label):
            for what, figure, goal in (("shortest", "one_ms", one_ms), ("ten shortest (Yen)", "ten_ms", ten_ms)):
                row = at_most(f"{label}: {what}", found[0][figure], goal, "{:.3f} ms CPU")
                for peer in ("networkx", "igraph"):
                    if its := found[0].get(f"{peer}_{figure}"):
                        row.measured += f" ({peer} {its:,.1f} ms, {its / found[0][figure]:,.0f}x)"
                rows.append(row)
    if found := on("rounds, Q-CAST"):
        row = at_most("a round of Q-CAST: 10,000 nodes, 1,000 demands", found[0]["round_cpu_s"], 60.0, seconds)
        row.measured += f" ({found[0]['pairs']:.0f} pairs)"
        rows.append(row)
    for router in IN_ROUNDS:
        if found := on(f"rounds, 1,024 nodes, {router}"):
            rows.append(at_most(f"a round of {router}: 1,024 nodes, one demand", found[0]["round_cpu_s"] * 1e3, 5.0, ms))
    if found := on("rounds, Q-PASS"):
        row = at_most("a round of Q-PASS: the same", found[0]["round_cpu_s"], 60.0, seconds)
        row.measured += f" ({found[0]['pairs']:.0f} pairs)"
        rows.append(row)
    for label, goal in (("routers, SURFnet", 0.2), ("routers, 1,000 nodes", 5.0)):
        if found := on(label):
            for figure, value in found[0].items():
                kind = figure.removesuffix("_ms")
                of_all = kind == "multicommodity"  # a linear programme for all demands together
                what = f"{label}: {kind}, all demands" if of_all else f"{label}: {kind}"
                rows.append(at_most(what, value, 100.0 if of_all else goal, "{:.3f} ms CPU"))
    if found := on("environments"):
        work = "64 environments of 20 nodes, a choice of a route a step, 2 threads: steps a second of wall time"
        row = at_least(work, found[0]["steps_per_s"], 200_000.0, "{:,.0f}")
        row.measured += f" ({found[0]['steps_per_cpu_s']:,.0f} a CPU second)"
        rows.append(row)
    if found := on("rerouting"):
        work = f"ten nodes of 1,024 fail and are repaired: {found[0]['rerouted']:.0f} of 128 demands look for routes"
        rows.append(at_most(work, found[0]["failure_ms"], 20.0, ms))
    if found := on("reconvergence"):
        work = f"link state, 1,024 nodes: a link fails and is repaired, {found[0]['rerouted']:.0f} of 1,024 demands concerned"
        rows.append(at_most(work, found[0]["failure_ms"], 50.0, ms))
    if found := on("1e5 rows", "1e7 rows"):
        rows.append(at_most("1e7 rows: peak memory above that of 1e5", found[1]["peak_mb"] - found[0]["peak_mb"], 100.0, mb))
    if found := on("stabilizer, gates"):
        row = at_most("stabilizer state of 4 qubits: a gate from Python", found[0]["gate_ns"], 300.0, "{:.0f} ns CPU")
        row.measured += f" (Stim {found[0]['stim_ns']:.0f} ns)"
        rows.append(row)
    if found := on("stabilizer, 10,000 qubits"):
        for what in ("gates", "reads"):
            own, stim = found[0][f"{what}_s"], found[0][f"stim_{what}_s"]
            row = at_most(f"stabilizer state of 10,000 qubits: {what}", own / stim, 2.0, "{:.2f}x of Stim's time")
            row.measured += f" ({own:.3f} against {stim:.3f} CPU s)"
            rows.append(row)
    if found := on("stabilizer, Pauli frames"):
        row = at_most("Pauli frames from Python, 65,536 noisy swaps: one", found[0]["shot_ns"], 7.0, "{:.1f} ns CPU")
        row.measured += f" (Stim's FlipSimulator {found[0]['stim_ns']:.1f} ns)"
        rows.append(row)
    if found := on("programs, steps"):
        row = at_most("programs: a step with a message, beyond the body's own time", found[0]["step_us"], 0.6, "{:.2f} us CPU")
        row.measured += f" (the body {found[0]['body_us']:.2f})"
        rows.append(row)
    if found := on("programs, teleportation"):
        rows.append(
            at_least("programs: teleportation over 3 nodes", found[0]["teleported_per_cpu_s"], 50_000, "{:,.0f} / CPU s")
        )
    if found := on("programs, 100 nodes"):
        row = at_most(
            "programs: swap-asap on 100 nodes, CPU time of a pair", found[0]["ratio"], 10.0, "{:.1f}x of the policy built in"
        )
        row.measured += f" ({found[0]['swap_us']:.1f} us a node)"
        rows.append(row)
    for executor, goal in (("process", 5.0), ("dask", 15.0), ("joblib", None)):
        if (found := on(f"sweep, {executor}")) and found[0]:
            work = f"sweep of 1,000 points of {found[0]['point_ms']:.0f} ms, 2 workers of {executor}: wall time"
            figure, shown = found[0]["overhead"] * 100, "{:.1f} % above that of the runs"
            rows.append(Row(work, "", shown.format(figure)) if goal is None else at_most(work, figure, goal, shown))
    if found := on("unlike links"):
        rows.append(at_most("1,000 nodes, 2,000 links that are all unlike: compile", found[0]["compile_cpu_s"], 1.0, seconds))
    if found := on("rich links"):
        cost = "{:.2f}x of a link that is stated"
        rows.append(at_most("chain of 33 of rich links: CPU time of a link", found[0]["rich"], 1.2, cost))
        work = "chain of 33 of rich links, attempts dephase what is stored: CPU time of a link"
        rows.append(at_most(work, found[0]["dephasing"], 1.2, cost))
    if found := on("passes"):
        work = "passes of three days in steps of 10 s over 10 stations, packages loaded in it: wall time"
        rows.append(at_most(work, found[0]["wall_s"], 2.0, "{:.2f} s"))
    if found := on("import"):
        rows.append(at_most("import farbell beyond numpy", found[0]["cpu_s"], 0.1, seconds))
        rows.append(at_most("import farbell beyond numpy: memory", found[0]["mb"], 25.0, "{:.1f} MB"))
    if found := on("threads"):
        rows.append(
            at_least(
                f"8 replicas of {found[0]['replica_s']:.1f} CPU s, 2 threads against 1: wall time",
                found[0]["speed_up"],
                1.8,
                "{:.2f}x",
            )
        )
    return rows


def run_json(python: Path | str, script: Path, arguments: list[str]) -> Figures:
    done = subprocess.run([str(python), str(script), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{script.name} {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def medians(samples: list[Figures]) -> Figures:
    return {key: statistics.median(sample[key] for sample in samples) for key in samples[0]}


def run_workloads(
    python: Path | str, repetitions: int, wanted: Callable[[str], bool], say: Callable[[str], None]
) -> dict[str, Figures]:
    chosen = {label: arguments for label, arguments in WORKLOADS.items() if wanted(label)}
    samples: dict[str, list[Figures]] = {label: [] for label in chosen}
    for repetition in range(repetitions):
        for label, arguments in chosen.items():
            say(f"{repetition + 1}/{repetitions} {label}")
            samples[label].append(run_json(python, HERE / "workloads.py", arguments))
    return {label: medians(found) for label, found in samples.items()}


def kernel_rows(build: Path, repetitions: int) -> list[Row]:
    """The C++ cases: Farbell's kernels beside their ceilings, interleaved in one process a floor."""
    samples: dict[str, list[float]] = {}
    goal: dict[str, float] = {}
    absolute: dict[str, tuple[str, float]] = {}  # stated as a rate or as a time, whatever the machine
    for program in sorted((build / "tests/bench").glob("farbell_bench_*")):
        if not program.is_file() or not os.access(program, os.X_OK):
            continue
        output = subprocess.run(
            [
                program,
                "--benchmark_format=json",
                f"--benchmark_repetitions={repetitions}",
                "--benchmark_enable_random_interleaving=true",
                "--benchmark_min_time=0.3",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for case in json.loads(output)["benchmarks"]:
            if case["run_type"] == "iteration":
                samples.setdefault(case["run_name"], []).append(case["items_per_second"])
                if "goal" in case:
                    goal[case["run_name"]] = case["goal"]
                for unit in ("per_s", "ns", "us"):
                    if f"goal_{unit}" in case:
                        absolute[case["run_name"]] = unit, case[f"goal_{unit}"]
    rate = {case: statistics.median(found) for case, found in samples.items()}
    rows = []
    for case in rate:
        subject, who, *size = case.split("/")
        if who != "farbell":
            continue
        if case in absolute:
            unit, wanted = absolute[case]
            label = subject.replace("_", " ")
            if unit == "per_s":
                rows.append(at_least(label, rate[case] / 1e6, wanted / 1e6, "{:.1f} M/s"))
            else:
                rows.append(at_most(label, {"ns": 1e9, "us": 1e6}[unit] / rate[case], wanted, f"{{:.1f}} {unit}"))
        if (ceiling_case := "/".join([subject, "ceiling", *size])) not in rate:
            continue
        ceiling = rate[ceiling_case]
        measured = f"{rate[case] / ceiling:.2f}x ({rate[case] / 1e6:.1f} against {ceiling / 1e6:.1f} M/s)"
        label = subject.replace("_", " ") + "".join(f", {int(n):,} pending" for n in size)
        promised = goal.get(case)
        rows.append(
            Row(
                label,
                f">= {promised}x of its ceiling" if promised else "",
                measured,
                rate[case] / ceiling / promised if promised else None,
            )
        )
    return rows


def build_environment() -> dict[str, str]:
    """CMake's own variable, which the wheel's build heeds, too."""
    return {**os.environ, **({"CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {})}


def build_kernels(build: Path) -> None:
    targets = ["farbell_bench_engine", "farbell_bench_state"]
    for command in (
        ["cmake", "-S", ROOT, "-B", build, "-DFARBELL_BENCH=ON", "-DCMAKE_BUILD_TYPE=Release"],
        ["cmake", "--build", build, "-j", str(os.cpu_count()), "--target", *targets],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=build_environment())


def install_checkout(build: Path) -> Path:
    """A virtual environment with this checkout in it."""
    python = build / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-C", f"build-dir={build / 'wheel'}"]
    subprocess.run([*pip, f"{ROOT}[graph,dask,optimize,satellite]", "stim", "joblib"], check=True, env=build_environment())
    # Whatever checkout of the same version was there.
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(ROOT)], check=True, env=build_environment())
    return python


def show(rows: list[Row]) -> None:
    cells = [["work", "goal", "measured", "ratio", ""]]
    cells += [[r.work, r.goal, r.measured, "" if r.ratio is None else f"{r.ratio:.2f}", r.verdict] for r in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    for i, line in enumerate(cells):
        print("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |")
        if i == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, {model}, {os.cpu_count()} processors{load}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true", help="also run requsim, SimQN and SeQUeNCe, installed from PyPI")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TEXT",
        help='only workloads whose name holds TEXT ("C++ cases" are one); may be repeated',
    )
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build-bench")
    parser.add_argument("--installed", action="store_true", help="measure the farbell of this interpreter, not this checkout")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
    options = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def wanted(label: str) -> bool:
        return not options.only or any(text in label for text in options.only)

    build = options.build_dir.resolve()
    rows: list[Row] = []
    say("building")
    python = Path(sys.executable) if options.installed else install_checkout(build)
    if wanted("C++ cases"):
        build_kernels(build)
        say("C++ cases")
        rows += kernel_rows(build, options.repetitions)
    rows += workload_rows(run_workloads(python, options.repetitions, wanted, say))
    if options.peers:
        for peer in PEERS:
            say(f"peer {peer.name}")
            work, measured = peer_rows(
                peer,
                build,
                options.repetitions,
                lambda name: run_json(python, HERE / "workloads.py", ["against", f"peer={name}"]),
            )
            rows.append(Row(work, "", measured))

    print(machine())
    show(rows)
    if options.json:
        options.json.write_text(json.dumps([{**asdict(row), "verdict": row.verdict} for row in rows], indent=1) + "\n")
    judged = [row for row in rows if row.ratio is not None]
    short = sum(row.verdict == "SHORT" for row in judged)
    print(f"goals={len(judged)} hold={len(judged) - short} short={short}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
