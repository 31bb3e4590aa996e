"""Runs peers on their reduced workloads (`peers/`), each in its own virtual environment, with Farbell on the same beside it."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    requirement: str
    amount: str  # argument of its script
    work: str
    python: tuple[int, int] | None = None  # the one version it runs on; None: this interpreter


PEERS = (
    Peer("requsim", "requsim 0.4", "requsim==0.4", "500", "chain of 9, dephasing, noisy swaps, no messages"),
    Peer("simqn", "SimQN 0.2.3", "qns==0.2.3", "3", "chain of 9, sure links, no noise"),
    Peer("sequence", "SeQUeNCe 1.3.1", "sequence==1.3.1", "2", "chain of 3, Barrett-Kok links", (3, 12)),
)


def find_python(version: tuple[int, int] | None) -> Path | None:
    """An interpreter of this version that starts."""
    if version is None or version == sys.version_info[:2]:
        return Path(sys.executable)
    name = f"python{version[0]}.{version[1]}"
    candidates = [Path(found) for found in [shutil.which(name)] if found]
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version[0]}.{version[1]}*/bin/{name}"))
    for candidate in candidates:
        asked = "import sys; print(sys.version_info[:2])"
        done = subprocess.run([candidate, "-c", asked], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip() == str(version):
            return candidate
    return None


def peer_rows(peer: Peer, build: Path, repetitions: int, run_farbell: Callable[[str], dict[str, float]]) -> tuple[str, str]:
    """What was run, and what came of it."""
    work = f"{peer.title}: {peer.work}"
    base = find_python(peer.python)
    if base is None:
        return work, "not run: no Python {}.{} here".format(*(peer.python or ()))
    python = build / f"peer-{peer.name}" / "bin" / "python"
    if not python.exists():
        subprocess.run([base, "-m", "venv", python.parent.parent], check=True)
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", peer.requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode != 0:
        return work, f"not run: {peer.requirement} does not install on Python {'.'.join(map(str, sys.version_info[:2]))}"
    theirs, ours = [], []
    for _ in range(repetitions):
        done = subprocess.run(
            [python, HERE / "peers" / f"{peer.name}_chain.py", peer.amount], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            return work, f"not run: it failed with {done.stderr.strip().splitlines()[-1]}"
        theirs.append(json.loads(done.stdout.strip().splitlines()[-1]))
        ours.append(run_farbell(peer.name))
    rate, their_rate = (statistics.median(sample["pairs_per_cpu_s"] for sample in samples) for samples in (ours, theirs))
    simulated = " against ".join(f"{statistics.median(s['pairs_per_s'] for s in samples):.0f}" for samples in (ours, theirs))
    return (
        work,
        f"{rate / their_rate:,.0f}x ({rate:,.0f} against {their_rate:,.0f} pairs / CPU s; simulated: {simulated} pairs / s)",
    )
