"""Studies that outlive what interrupts them: stores, failures, kills. The final tables are the same."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.kept_file import KeptFile, _Lock
from farbell.studies import driver
from farbell.studies.blocks import simulate
from farbell.studies.workers import Workers

VARY = {"memories/*/t2_s": ["10 ms", 1.0], "demands/*/width": [1, 2]}


def network(**changes: Any) -> fb.Scenario:
    return fb.chain(**{"nodes": 3, "length_m": "10 km", "duration_s": 0.05, "seed": 3, **changes})


def swept(**changes: Any) -> fb.Sweep:
    return fb.sweep(network(**changes), VARY)


# Stores.


class Refusing(Executor):
    """Nothing is left to simulate."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:  # type: ignore[override]
        raise AssertionError("a block was simulated again")


def nothing_left() -> dict[str, Any]:
    return {"executor": Refusing(), "workers": 1}


def test_a_store_has_everything_again(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    first = swept().run(path, replicas=5, replicas_per_task=2)
    assert first.table().equals(swept().run(replicas=5).table())
    assert swept().run(path, replicas=5, replicas_per_task=2, **nothing_left()).table().equals(first.table())
    loaded = fb.load_study(str(path))
    assert loaded.sweep == swept()
    assert loaded.complete
    assert loaded.table().equals(first.table())
    assert loaded.results(3).provenance["farbell"] == fb.__version__
    assert [p.name for p in tmp_path.iterdir()] == ["study.db"]


def test_a_study_grows_without_doing_anything_again(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    swept().run(path, replicas=4, replicas_per_task=2)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER once BEFORE INSERT ON block WHEN new.first_replica < 4 BEGIN SELECT RAISE(ABORT, 'again'); END"
        )
    connection.close()
    assert swept().run(path, replicas=7, replicas_per_task=2).table().equals(swept().run(replicas=7).table())
    adaptive = {"max_relative_error": 0.08, "min_replicas": 4, "max_replicas": 40, "replicas_per_task": 2}
    assert swept().run(path, **adaptive).table().equals(swept().run(**adaptive).table())


def test_a_store_of_something_else_is_refused_with_the_difference(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    swept().run(path)
    for sweep, told in [
        (swept(duration_s=0.06), r"its /duration_s is 0.05; this one's 0.06"),
        (fb.sweep(network(), {**VARY, "demands/*/width": [1, 3]}), r"its demands/\*/width are 1, 2; this one's 1, 3"),
        (fb.sweep(network(), {"seed": [1]}), r"it varies memories/\*/t2_s, demands/\*/width; this one seed"),
        (fb.sweep(fb.chain, {"nodes": [3]}), "this one nodes"),
    ]:
        with pytest.raises(fb.SpecError, match=told):
            sweep.run(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE study SET farbell = '0.0.1'")
    connection.close()
    with pytest.raises(fb.SpecError, match=r"of farbell 0\.0\.1; allowed: a store of farbell"):
        swept().run(path)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE block (a)")
    connection.close()
    before = (tmp_path / "other.db").read_bytes()
    for run in (swept().run, fb.load_study):
        with pytest.raises(fb.SpecError, match="an SQLite file of something else"):
            run(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == before
    (tmp_path / "text.db").write_text("not a database" * 100)
    for run in (swept().run, fb.load_study):
        with pytest.raises(OSError, match="no store of a study"):
            run(tmp_path / "text.db")
    with pytest.raises(FileNotFoundError, match="no study in"):
        fb.load_study(tmp_path / "none.db")
    assert not list(tmp_path.glob("*-lock"))


def test_two_runs_on_one_store_are_refused_and_readers_are_not(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    swept().run(path)
    lock = _Lock(path)
    lock.take()
    with pytest.raises(BlockingIOError, match=f"another run uses this store .process {os.getpid()}"):
        swept().run(path)
    assert fb.load_study(path).complete
    lock.release()
    swept().run(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)

    def denied(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as patch:
        if os.geteuid() == 0:  # whom permissions do not stop
            patch.setattr("farbell.kept_file.open", denied, raising=False)
        with pytest.raises(PermissionError, match=r"study\.db"):
            swept().run(folder / "study.db")
    with pytest.raises(FileNotFoundError, match=r"study\.db"):
        swept().run(tmp_path / "none" / "study.db")


def test_a_full_disk_keeps_what_was_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.db"
    sweep = fb.sweep(network(), {"seed": list(range(40))})
    connected = KeptFile._connected

    def small(store: KeptFile, mode: str) -> sqlite3.Connection:
        connection = connected(store, mode)
        connection.execute("PRAGMA max_page_count = 30")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(KeptFile, "_connected", small)
        with pytest.raises(OSError, match="no space left for the study; what was finished before is kept"):
            sweep.run(path)
    finished = len(fb.load_study(path).table())
    assert 0 < finished < 40
    assert not fb.load_study(path).complete
    assert sweep.run(path).table().equals(sweep.run().table())


def limited_to(size: int, work: str) -> str:
    """What a process says that may write no file larger than that: to it every disk is full there."""
    code = f"""
import resource, farbell as fb
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
try:
    {work}
except OSError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_where_no_more_can_be_written_what_was_finished_is_kept(tmp_path: Path) -> None:
    """Not by SQLite's own limit but by the system's: the log grows to 300 kB, and the next write fails."""
    path = tmp_path / "study.db"
    made = 'fb.chain(nodes=3, length_m="10 km", duration_s=0.05, seed=3)'
    said = limited_to(300_000, f'fb.sweep({made}, {{"seed": list(range(40))}}).run({str(path)!r}, progress=False)')
    assert "cannot be written" in said and "what was finished before is kept" in said and str(path) in said
    finished = fb.load_study(path)
    assert 0 < len(finished.table()) < 40 and not finished.complete
    sweep = fb.sweep(network(), {"seed": list(range(40))})
    assert sweep.run(path).table().equals(sweep.run().table())
    assert limited_to(0, f'fb.sweep({made}, {{"seed": [1]}}).run({str(tmp_path / "none.db")!r}, progress=False)')


def test_a_disk_that_is_full_and_then_is_not(tmp_path: Path) -> None:
    """A file system of 300 kB in a name space of its own, where the system lets everybody make one; then it grows."""
    mount = f"mount -t tmpfs -o size=300k tmpfs {tmp_path}"
    try:
        subprocess.run(["unshare", "-Urm", "sh", "-c", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no name spaces for file systems here")
    code = f"""
import subprocess, farbell as fb
sweep = fb.sweep(fb.chain(nodes=3, length_m="10 km", duration_s=0.05, seed=3), {{"seed": list(range(40))}})
try:
    sweep.run({str(tmp_path / "study.db")!r}, progress=False)
except OSError as error:
    print(error)
print(0 < len(fb.load_study({str(tmp_path / "study.db")!r}).table()) < 40)
subprocess.run(["mount", "-o", "remount,size=10m", {str(tmp_path)!r}], check=True)
print(sweep.run({str(tmp_path / "study.db")!r}, progress=False).table().equals(sweep.run(progress=False).table()))
"""
    script = ["unshare", "-Urm", "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, code]
    done = subprocess.run(script, capture_output=True, text=True, timeout=120, cwd="/")
    said = done.stdout.splitlines()
    assert len(said) == 3, done.stderr
    assert "no space left for the study; what was finished before is kept" in said[0]
    assert said[1:] == ["True", "True"]


def test_points_that_fail_are_told_and_tried_again_on_request(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    sweep = fb.sweep(network(), {"state": ["bell_diagonal", "pair_density"], "seed": [1, 2]})
    found = sweep.run(path, replicas=3, replicas_per_task=1)
    assert not found.complete
    assert set(found.table()["state"]) == {"all replicas"}
    assert found.table()["point"].tolist() == [2, 3]
    errors = list(found.errors.rows())
    assert [(row["point"], row["seed"], row["first_replica"]) for row in errors] == [(0, 1, 0), (1, 2, 0)]
    assert errors[0]["error"].startswith("SpecError: ")
    assert "2 failed" in repr(found)
    with pytest.raises(fb.SpecError, match="which failed: SpecError"):
        found.results(0)
    sweep.run(path, replicas=3, replicas_per_task=1, **nothing_left())
    with pytest.raises(AssertionError, match="simulated again"):
        sweep.run(path, replicas=3, replicas_per_task=1, retry_failed=True, **nothing_left())
    again = sweep.run(path, replicas=3, replicas_per_task=1, retry_failed=True)
    assert again.errors.equals(found.errors)


# Whatever interrupts it.


class Mortal(Workers):
    """Threads that die, with everything under way, whenever they are given one of these points."""

    def __init__(self, deadly: set[int]) -> None:
        super().__init__(ThreadPoolExecutor(2), 2)
        self.deadly, self.deaths, self.broken = deadly, 0, False

    def submit(self, task: tuple[str, Any]) -> Future[Any]:
        text, jobs = task
        self.broken = self.broken or any(job[0] in self.deadly for job in jobs)

        def work() -> list[Any]:
            time.sleep(0.01)
            if self.broken:
                raise BrokenExecutor("a process died")
            return [simulate(text, job, lambda: True) for job in jobs]

        return self._executor.submit(work)

    def restart(self) -> None:
        self.broken = False
        self.deaths += 1


def test_a_point_that_kills_its_worker_is_found_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Mortal({4, 11})
    monkeypatch.setattr(driver, "workers_of", lambda executor, count: workers)
    sweep = fb.sweep(network(), {"seed": list(range(20))})
    found = sweep.run(replicas=2, replicas_per_task=1)
    assert found.errors["point"].tolist() == [4, 11]
    assert all("the worker died 3 times" in text for text in found.errors["error"])
    assert workers.deaths < 20
    monkeypatch.undo()
    whole = sweep.run(replicas=2).table()
    assert found.table().equals(whole[~np.isin(whole["point"], [4, 11])])


def test_other_errors_of_workers_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Workers):
        def submit(self, task: Any) -> Future[Any]:
            return self._executor.submit(lambda: 1 / 0)

    monkeypatch.setattr(driver, "workers_of", lambda executor, count: Wrong(ThreadPoolExecutor(1), 1))
    with pytest.raises(fb.RunError, match="the workers cannot simulate: ZeroDivisionError"):
        swept().run()


def test_ctrl_c_keeps_what_was_finished(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    sweep = fb.sweep(network(duration_s=20), {"seed": list(range(400))})
    timer = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt) as stop:
        sweep.run(path)
    timer.join()
    assert isinstance(stop.value, fb.Interrupted)
    partial = stop.value.partial
    finished = len(partial.table())
    assert 0 < finished < 400
    assert not partial.complete
    assert repr(partial).startswith(f"<Study {finished} of 400 points finished")
    assert fb.load_study(path).table().equals(partial.table())


SCRIPT = """
import sys
import farbell as fb

network = fb.chain(nodes=3, length_m="10 km", duration_s=0.2, width=2)
sweep = fb.sweep(network, {"memories/*/t2_s": ["10 ms", 1.0], "seed": list(range(12))})

def main(store, executor):
    print("ready", flush=True)
    sweep.run(store, executor=executor, workers=2, max_relative_error=0.02, min_replicas=4, max_replicas=12,
              replicas_per_task=2, progress=False)

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@cache
def script_table() -> fb.ResultTable:
    space: dict[str, Any] = {"__name__": "script"}
    exec(SCRIPT, space)
    arguments = {"max_relative_error": 0.02, "min_replicas": 4, "max_replicas": 12, "replicas_per_task": 2}
    table: fb.ResultTable = space["sweep"].run(**arguments).table()
    return table


def killed_and_resumed(tmp_path: Path, executor: str, most_kills: int, draw: random.Random, longest_s: float) -> int:
    """Kills the process at random moments until it is through, or so often; how often it was alive to be killed."""
    script, store = tmp_path / "script.py", tmp_path / f"{executor}.db"
    script.write_text(SCRIPT)
    kills = 0
    while True:
        process = subprocess.Popen([sys.executable, str(script), str(store), executor], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            if kills < most_kills:
                process.wait(draw.uniform(0, longest_s))
            else:
                process.wait(300)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        code = process.wait()
        process.stdout.close()
        if code == 0:
            return kills
        assert code == -signal.SIGKILL


def assert_whole(store: Path) -> None:
    """Nothing is lost, and nothing doubled."""
    found = fb.load_study(store)
    assert found.complete
    assert found.table().equals(script_table())
    with contextlib.closing(sqlite3.connect(store)) as connection:
        (doubled,) = connection.execute("SELECT count(*) - count(DISTINCT point || ' ' || first_replica) FROM block").fetchone()
    assert doubled == 0


def test_a_study_whose_process_is_killed_goes_on(tmp_path: Path) -> None:
    killed_and_resumed(tmp_path, "thread", 3, random.Random(), 0.3)
    assert_whole(tmp_path / "thread.db")


@pytest.mark.slow
def test_a_study_whose_process_is_killed_fifty_times_goes_on(tmp_path: Path) -> None:
    draw, kills, round_number = random.Random(), 0, 0
    while kills < 50:
        folder = tmp_path / str(round_number)
        folder.mkdir()
        executor, longest = (("thread", 0.2), ("process", 2.0))[round_number % 2]
        kills += killed_and_resumed(folder, executor, 10, draw, longest)
        assert_whole(folder / f"{executor}.db")
        round_number += 1


def kill_workers(
    store: Path, times: int, draw: random.Random, done: threading.Event, pause_s: tuple[float, float]
) -> list[int]:
    killed: list[int] = []
    while not done.wait(0.05):
        # A pool that does not start at all is another matter.
        if store.exists() and any(True for _ in fb.load_study(store)._store.blocks(data=False)):
            break
    while len(killed) < times and not done.wait(draw.uniform(*pause_s)):
        children = [child for child in multiprocessing.active_children() if child.pid is not None]
        if children:
            victim = draw.choice(children).pid
            assert victim is not None
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
    return killed


def run_with_killer(
    sweep: fb.Sweep, store: Path, times: int, pause_s: tuple[float, float], **run: Any
) -> tuple[fb.Study, list[int]]:
    done, killed = threading.Event(), []
    killer = threading.Thread(target=lambda: killed.extend(kill_workers(store, times, random.Random(), done, pause_s)))
    killer.start()
    try:
        return sweep.run(store, executor="process", workers=2, **run), killed
    finally:
        done.set()
        killer.join()


def test_a_study_whose_workers_are_killed_goes_on(tmp_path: Path) -> None:
    # A fast machine may be done before the killer comes: then there is more to do.
    for duration_s in (4.0, 8.0, 16.0, 32.0, 64.0):
        sweep = fb.sweep(network(duration_s=duration_s), {"seed": list(range(40))})
        store = tmp_path / f"{duration_s:g}.db"
        found, killed = run_with_killer(sweep, store, 2, (0.0, 0.2), replicas=2, replicas_per_task=1)
        if killed:
            break
    assert killed
    assert found.table().equals(sweep.run(replicas=2).table())


# How often the workers of the test below are killed, two seconds a time.
KILLS = int(os.environ.get("FARBELL_TEST_KILLS", "10"))


@pytest.mark.slow
def test_a_study_whose_workers_are_killed_again_and_again_goes_on(tmp_path: Path) -> None:
    sweep = fb.sweep(network(duration_s=8), {"seed": list(range(200))})
    expected = sweep.run(replicas=2).table()
    kills, round_number = 0, 0
    while kills < KILLS:
        store = tmp_path / f"{round_number}.db"
        found, killed = run_with_killer(sweep, store, KILLS - kills, (0.2, 1.2), replicas=2, replicas_per_task=1)
        assert len(found.errors) == 0
        assert found.table().equals(expected)
        kills, round_number = kills + len(killed), round_number + 1


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":\n    main(*sys.argv[1:])', "main(*sys.argv[1:])"))
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "s.db"), "process"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the worker processes did not start. In a script, put what runs a study under `if __name__" in done.stderr


def test_the_death_of_the_process_is_the_end_of_its_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("duration_s=0.2", "duration_s=2000"))
    process = subprocess.Popen([sys.executable, str(script), str(tmp_path / "s.db"), "process"])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        process.wait()
        return
    workers: list[str] = []
    while len(workers) < 3:  # two, and the one that tidies up after them
        time.sleep(0.05)
        workers = children.read_text().split()
    time.sleep(1.5)
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < until, "workers outlive the process that started them"
        time.sleep(0.1)


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
