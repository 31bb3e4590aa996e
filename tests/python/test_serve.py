"""The REST interface: as in the same process, and whatever may be sent to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.serve import server
from farbell.serve.session import Lease, Taken
from farbell.serve.wire import COLUMNS

TOKEN = "a-token-for-tests"
AROUND = ["n0", "n5", "n4", "n3"]


def ring(duration_s: float = 0.3) -> fb.Scenario:
    """Two demands; who asks for the second is outside."""
    scenario = fb.ring(6, length_m="10 km", duration_s=duration_s, seed=3)
    mine = fb.Demand(node_a="n1", node_b="n4", name="mine/yours", traffic=fb.Table(at_s=[]))
    return scenario.replace(demands=[*scenario.demands, mine])


def endless() -> fb.Scenario:
    """One that nobody waits for to end."""
    return fb.chain(nodes=6, length_m="1 km", duration_s=1e5)


@dataclass
class Served:
    run: fb.LiveRun
    server: server.Server
    url: str
    thread: threading.Thread

    def client(self, **options: Any) -> fb.serve.Client:
        return fb.serve.Client(self.url, **{"token": TOKEN, "timeout_s": 60, **options})

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Whatever one likes to send."""
        connection = http.client.HTTPConnection(*self.url.removeprefix("http://").split(":"), timeout=60)
        given = {"Authorization": f"Bearer {TOKEN}", "Farbell-Controller": "test", **(headers or {})}
        text = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            connection.request(method, path, text, {name: value for name, value in given.items() if value is not None})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


@contextmanager
def served(scenario: fb.Scenario, **options: Any) -> Iterator[Served]:
    with fb.live(scenario) as run, server.listening("127.0.0.1", 0) as listener:
        held = server.Server(run, TOKEN, **options)
        thread = threading.Thread(target=held.serve, args=(listener,))
        thread.start()
        it = Served(run, held, server.url_of(listener), thread)
        try:
            yield it
        finally:
            held.stop()
            thread.join(timeout=30)
            assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def same_table(x: fb.ResultTable, y: fb.ResultTable) -> None:
    assert len(x) == len(y)
    for column in x.columns if len(x) else ():
        np.testing.assert_array_equal(x[column], y[column], err_msg=column)


# ---- as in the same process ------------------------------------------------------------------------------------------------


def drive(run: Any) -> None:
    """What a controller does, here or there."""
    run.install_routes("n0->n3", [AROUND])
    run.advance(until_s="50 ms")
    run.fail("n4--n5", "n2")
    assert run.ask("mine/yours", pairs=2, timeout_s=0.2) == 0
    run.advance(by_s=0.05)
    run.restore("n2")
    run.remove_routes("n0->n3", release_others=False)
    run.advance(until_s=0.2)
    run.restore("n4--n5")
    run.ask("mine/yours", min_fidelity=0.5)
    run.advance(until_s=0.3)


def test_a_client_is_a_live_run() -> None:
    here = fb.live(ring())
    drive(here)
    with served(ring()) as there:
        client = there.client()
        drive(client)
        for table in ("nodes", "links", "demands", "requests"):
            same_table(getattr(client, table), getattr(here, table)[list(COLUMNS[table])])
        assert len(here.pairs()) > 0 and len(here.ended_requests()) == 2
        for table in ("pairs", "ended_requests"):
            same_table(getattr(client, table)(), getattr(here, table)()[list(COLUMNS[table])])
            same_table(getattr(client, table)(first=2), getattr(here, table)(first=2)[list(COLUMNS[table])])
        assert client.routes == here.routes and client.circuits == here.circuits
        assert client.routes_of("mine/yours") == here.routes_of("mine/yours")
        assert client.installed("n0->n3") is here.installed("n0->n3") is False
        for name in ("time_s", "duration_s", "left_s", "ended", "over", "events"):
            assert getattr(client, name) == getattr(here, name), name
        mine, theirs = here.results(), there.run.results()
        same_table(mine.pairs, theirs.pairs)
        assert mine.provenance["steered"] == theirs.provenance["steered"]


def test_what_a_run_refuses_a_client_raises() -> None:
    here = fb.live(ring())
    here.advance(until_s=0.1)
    with served(ring()) as there:
        client = there.client()
        client.advance(until_s=0.1)
        for action in (
            lambda run: run.advance(until_s=0.05),
            lambda run: run.advance(),
            lambda run: run.advance(by_s="1 km"),
            lambda run: run.fail("n33"),
            lambda run: run.restore("n3"),
            lambda run: run.ask("n0->n3"),
            lambda run: run.ask("mine", pairs=1),
            lambda run: run.routes_of("n0->n33"),
            lambda run: run.install_routes("n0->n3", [["n0", "n3"]]),
            lambda run: run.remove_routes("n0->n3"),
        ):
            with pytest.raises(fb.SpecError) as mine:
                action(here)
            with pytest.raises(fb.SpecError) as theirs:
                action(client)
            assert theirs.value.args == mine.value.args
        client.advance(until_s=0.3)
        with pytest.raises(fb.RunError, match="over"):
            client.fail("n1")


def test_columns_are_those_of_the_document() -> None:
    from farbell.serve.app import document

    schemas = document()["components"]["schemas"]
    names = {"nodes": "Node", "links": "Link", "demands": "Demand", "requests": "OpenRequest"}
    names |= {"ended_requests": "EndedRequest", "pairs": "Pair"}
    for table, columns in COLUMNS.items():
        assert tuple(schemas[names[table]]["properties"]) == columns


def test_simulated_time_by_the_clock() -> None:
    with served(ring(duration_s=1000), pace=0.5) as there:
        client = there.client()
        assert client.state["paced"]
        before = client.time_s
        until(lambda: client.time_s > before)
        with pytest.raises(fb.RunError, match="goes on"):
            client.advance(until_s=1000)
        client.fail("n1")
        assert client.links["up"].tolist()[:2] == [False, False]


# ---- who may do what -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \xe9"])
@pytest.mark.parametrize("path", ["/v1", "/v1/advance", "/openapi.json", "/nothing"])
def test_without_its_token_nothing_is_said(token: str | None, path: str, shared: Served) -> None:
    status, answer = shared.ask("GET", path, headers={"Authorization": token})  # type: ignore[dict-item]
    assert status == 401 and answer["error"]["kind"] == "token"
    assert TOKEN not in json.dumps(answer)


def test_a_client_with_another_token(shared: Served) -> None:
    with pytest.raises(fb.serve.Unauthorised):
        _ = shared.client(token="another-token").nodes


def test_one_controller_at_a_time() -> None:
    with served(ring()) as there:
        first, second = there.client(controller="first"), there.client(controller="second")
        first.advance(until_s=0.1)
        # To look is for all.
        assert second.time_s == 0.1 and second.state["controller"] == "first"
        for action in (
            lambda: second.advance(until_s=0.2),
            lambda: second.fail("n1"),
            lambda: second.ask("mine/yours"),
            lambda: second.install_routes("n0->n3", [AROUND]),
            lambda: second.remove_routes("n0->n3"),
            second.give_up,
            second.shutdown,
        ):
            with pytest.raises(fb.serve.ControllerTaken, match="first steers"):
                action()
        assert first.nodes["up"].all() and first.time_s == 0.1
        first.give_up()
        second.advance(until_s=0.2)
        with pytest.raises(fb.serve.ControllerTaken, match="second steers"):
            first.advance(until_s=0.3)


def test_who_is_silent_for_long_steers_no_more() -> None:
    now = 0.0
    lease = Lease(10, lambda: now)
    lease.hold("first")
    now = 9.0
    with pytest.raises(Taken) as taken:
        lease.hold("second")
    assert taken.value.holder == "first" and taken.value.left_s == 1
    lease.hold("first")
    now = 19.5
    assert lease.holder is None
    lease.hold("second")
    with pytest.raises(Taken):
        lease.give_up("first")
    lease.give_up("second")
    lease.hold("first")


def test_a_client_that_vanishes_stops_what_it_asked_for() -> None:
    with served(endless(), lease_s=0.2) as there:
        address = there.url.removeprefix("http://").split(":")
        body = json.dumps({"until_s": 1e5})
        with socket.create_connection((address[0], int(address[1]))) as line:
            head = f"POST /v1/advance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nFarbell-Controller: gone\r\n"
            line.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            other = there.client()
            until(lambda: other.time_s > 0)
            with pytest.raises(fb.RunError):
                other.fail("n1")
        # Its lease runs out, and the run stands still.
        until(lambda: other.state["controller"] is None)
        time_s = other.time_s
        assert time_s < 1e5
        other.fail("n1")
        assert other.time_s == time_s


def test_others_look_while_it_goes_on() -> None:
    with served(endless()) as there:
        client, other = there.client(), there.client()
        outcome: list[bool] = []
        going_on = threading.Thread(target=lambda: outcome.append(client.advance(until_s=1e5)))
        going_on.start()
        until(lambda: other.time_s > 0)
        assert len(other.nodes) == 6
        # Not even the same controller acts meanwhile.
        with pytest.raises(fb.RunError, match="goes on"):
            there.client(controller=client.controller).fail("n1")
        there.server.stop()
        going_on.join(timeout=30)
        assert outcome == [False]


# ---- what is sent ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    """For requests that change nothing."""
    with served(ring()) as it:
        yield it


@pytest.mark.parametrize(
    "method, path, body, status, pointer",
    [
        ("POST", "/v1/advance", b"{", 400, ""),
        ("POST", "/v1/advance", b"\xff\xfe", 400, ""),
        ("POST", "/v1/advance", None, 422, ""),
        ("POST", "/v1/advance", [], 422, ""),
        ("POST", "/v1/advance", {"until": 1}, 422, ""),
        ("POST", "/v1/advance", {"until_s": "1 s"}, 422, "/until_s"),
        ("POST", "/v1/advance", {"until_s": -1}, 422, "/until_s"),
        ("POST", "/v1/advance", b'{"until_s": NaN}', 422, "/until_s"),
        ("POST", "/v1/advance", b'{"until_s": 1e999}', 422, "/until_s"),
        ("POST", "/v1/advance", {"until_s": 1e300}, 422, "/until_s"),
        ("POST", "/v1/advance", {"until_s": True}, 422, "/until_s"),
        ("POST", "/v1/fail", {"names": []}, 422, "/names"),
        ("POST", "/v1/fail", {"names": [1]}, 422, "/names/0"),
        ("POST", "/v1/fail", {"names": ["n33"]}, 422, "/names/0"),
        ("POST", "/v1/requests", {}, 422, "/demand"),
        ("POST", "/v1/requests", {"demand": "mine/yours", "pairs": 1.5}, 422, "/pairs"),
        ("POST", "/v1/requests", {"demand": "mine/yours", "pairs": 10**30}, 422, "/pairs"),
        ("PUT", "/v1/routes/n0->n3", {"routes": [["n0", "n3"]]}, 422, "/routes/0/1"),
        ("PUT", "/v1/routes/nobody", {"routes": [["n0", "n3"]]}, 404, "/demand"),
        ("GET", "/v1/routes/nobody", None, 404, "/demand"),
        ("GET", "/v1/pairs?first=-1", None, 422, "/query/first"),
        ("GET", "/v1/pairs?first=x", None, 422, "/query/first"),
        ("GET", "/v1/pairs?frist=1", None, 422, "/query"),
        ("GET", "/v1/nodes?first=1", None, 422, "/query"),
        ("GET", "/v1/", None, 404, ""),
        ("GET", "/v1/advance", None, 405, ""),
        ("BREW", "/v1/nodes", None, 405, ""),
    ],
)
def test_what_is_wrong_is_said_and_where(method: str, path: str, body: Any, status: int, pointer: str, shared: Served) -> None:
    found, answer = shared.ask(method, path, body, {"Content-Type": "application/json"})
    error = answer["error"]
    assert (found, error["path"]) == (status, pointer), answer
    assert set(error) == {"kind", "path", "found", "allowed", "nearest", "message"}
    assert error["message"] and error["allowed"]


def test_a_word_that_is_nearly_one_is_named(shared: Served) -> None:
    _, answer = shared.ask("POST", "/v1/advance", {"untl_s": 1}, {"Content-Type": "application/json"})
    assert answer["error"]["nearest"] == "until_s"


@pytest.mark.parametrize("name", [None, "", "a b", "x" * 65, "é"])
def test_a_controller_that_is_none(name: str | None, shared: Served) -> None:
    headers = {"Farbell-Controller": name, "Content-Type": "application/json"}
    status, answer = shared.ask("POST", "/v1/advance", {"by_s": 0}, headers)  # type: ignore[arg-type]
    assert status == 422 and answer["error"]["path"].lower() == "/header/farbell-controller"


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_that_are_too_large(chunked: bool, shared: Served) -> None:
    size = 3 << 20
    body: Any = iter([b"x" * (1 << 16)] * (size >> 16)) if chunked else b"x" * size
    connection = http.client.HTTPConnection(*shared.url.removeprefix("http://").split(":"), timeout=60)
    headers = {"Authorization": f"Bearer {TOKEN}", "Farbell-Controller": "test"}
    connection.request("POST", "/v1/fail", body, headers, encode_chunked=chunked)
    response = connection.getresponse()
    assert response.status == 413 and json.loads(response.read())["error"]["kind"] == "too_large"
    connection.close()


def test_a_line_that_speaks_no_http(shared: Served) -> None:
    address = shared.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as line:
        line.sendall(b"\x00\x01 nonsense\r\n\r\n")
        assert b"400" in line.recv(1000)
    assert shared.client().time_s == 0


def test_requests_of_any_kind_get_answers_of_the_document() -> None:
    """From the server's own document; no request makes it fail, or answer what the document does not say."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.generation import GenerationMode
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        negative_data_rejection,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        negative_data_rejection,
    ]
    with served(ring(duration_s=1e-3)) as there:
        _, document = there.ask("GET", "/openapi.json")
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        assert len(operations) == 18
        for operation in operations:
            # Without the token, or a controller, there is no answer but one; those have tests of their own.
            assert operation.pop("security") == [{"HTTPBearer": []}]
            parameters = [p for p in operation.pop("parameters", []) if p["in"] != "header"]
            operation.update({"parameters": parameters} if parameters else {})
        # What ends the server ends the test.
        del document["paths"]["/v1/shutdown"]
        schema = schemathesis.openapi.from_dict(document)
        given_headers = {"Authorization": f"Bearer {TOKEN}", "Farbell-Controller": "any"}
        for found in schema.get_all_operations():
            operation = found.ok()
            takes = {p["in"] for p in operation.definition.raw.get("parameters", [])} | {*operation.definition.raw} & {
                "requestBody"
            }
            for mode in GenerationMode:
                # Any text is a name, and where nothing is taken nothing is wrong.
                if mode is GenerationMode.NEGATIVE and not takes & {"query", "requestBody"}:
                    continue

                @settings(
                    max_examples=4, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
                )
                @given(case=operation.as_strategy(generation_mode=mode))
                def conforms(case: Any) -> None:
                    case.call_and_validate(base_url=there.url, headers=given_headers, checks=checks)

                conforms()
        assert there.client().time_s <= 1e-3


# ---- the command -----------------------------------------------------------------------------------------------------------


@contextmanager
def command(*words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """`farbell serve` as a process, its address and its token."""
    given = {name: value for name, value in os.environ.items() if name != "FARBELL_TOKEN"} | environment
    line = [sys.executable, "-m", "farbell", "serve", "--port", "0", *words]
    process = subprocess.Popen(line, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=given)
    assert process.stdout is not None
    try:
        first, second = process.stdout.readline(), process.stdout.readline()
        address = re.search(r"http://\S+", first)
        assert address is not None, (first, process.stderr.read() if process.stderr else "")
        yield process, address[0], second.removeprefix("Token: ").strip()
    finally:
        process.kill()
        process.communicate()


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    file = tmp_path / "ring.json"
    file.write_text(ring().to_json())
    with command(str(file), "--out", str(tmp_path / "out")) as (process, url, token):
        client = fb.serve.Client(url, token=token)
        client.advance(until_s=0.3)
        pairs = client.pairs()
        client.shutdown()
        said, complaints = process.communicate(timeout=60)
    assert process.returncode == 0 and complaints == ""
    assert "0.3 of 0.3 s were simulated" in said and str(tmp_path / "out") in said
    results = fb.load_results(tmp_path / "out")
    assert not results.partial
    same_table(results.pairs[list(pairs.columns[1:])], pairs[list(pairs.columns[1:])])


def test_the_command_keeps_what_there_is_on_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "chain.json"
    file.write_text(endless().replace(record="summary").to_json())
    with command(str(file), "--out", str(tmp_path / "out"), FARBELL_TOKEN=TOKEN) as (process, url, token):
        assert token == "as given"
        client = fb.serve.Client(url, token=TOKEN)
        outcome: list[bool] = []
        going_on = threading.Thread(target=lambda: outcome.append(client.advance(until_s=1e5)))
        going_on.start()
        other = fb.serve.Client(url, token=TOKEN)
        until(lambda: other.time_s > 0)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
        going_on.join(timeout=30)
    assert process.returncode == 130 and outcome == [False]
    assert "interrupted;" in complaints and "marked partial" in complaints and "Traceback" not in complaints
    assert fb.load_results(tmp_path / "out").partial


def test_what_the_command_refuses(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from farbell.cli import app

    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with server.listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        for words, code, message in (
            (["chain-3", "--lease", "0"], 2, "--lease"),
            (["chain-3", "--pace", "nan"], 2, "--pace"),
            (["chain-3", "--token", "short"], 2, "--token"),
            (["chain-3", "--token", "not one word"], 2, "--token"),
            (["no-example"], 2, "no-example"),
            (["chain-3", "--out", str(tmp_path / "full")], 2, "not an empty folder"),
            (["chain-3", "--port", port], 4, "in use"),
        ):
            words = [next(iter(fb.examples())) if word == "chain-3" else word for word in words]
            outcome = CliRunner().invoke(app, ["serve", *words])
            assert outcome.exit_code == code and message in outcome.output, (words, outcome.output)


def test_without_its_packages_the_command_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from farbell.cli import app

    monkeypatch.setitem(sys.modules, "fastapi", None)
    outcome = CliRunner().invoke(app, ["serve", next(iter(fb.examples()))])
    assert outcome.exit_code == 1 and "pip install 'farbell[serve]'" in outcome.output


def test_addresses_that_others_reach_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    for host, warned in (("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("example.org", True)):
        server.warn_of_others(host)
        assert bool(capsys.readouterr().err) is warned, host


def test_what_a_client_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FARBELL_TOKEN", raising=False)
    for wrong in (
        {"url": "https://127.0.0.1:1"},
        {"url": "127.0.0.1"},
        {"url": "http://127.0.0.1:1/v1"},
        {"token": None},
        {"token": "a\nb"},
        {"controller": "a b"},
        {"controller": ""},
    ):
        with pytest.raises(fb.SpecError):
            fb.serve.Client(**{"url": "http://127.0.0.1:1", "token": TOKEN, **wrong})  # type: ignore[arg-type]
    with server.listening("127.0.0.1", 0) as listener:
        url = server.url_of(listener)
    with pytest.raises(ConnectionError, match="no server"):
        _ = fb.serve.Client(url, token=TOKEN).time_s


def test_a_client_says_where_a_route_is_wrong(shared: Served) -> None:
    """Before anything is sent, as the run itself would."""
    client = shared.client()
    for routes, place in (("n0 n1", "/routes"), (["n0"], "/routes/0"), ([["n0", 3]], "/routes/0/1")):
        with pytest.raises(fb.SpecError) as caught:
            client.install_routes("n0->n3", routes)  # type: ignore[arg-type]
        assert caught.value.path == place
    with pytest.raises(fb.SpecError, match="/first"):
        client.pairs(first=-1)


def test_half_a_body_is_not_acted_on(shared: Served) -> None:
    """A client that hangs up before it has said all has said nothing."""
    before = shared.run.time_s
    host, port = shared.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        head = f"POST /v1/advance HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\nFarbell-Controller: test\r\n"
        line.sendall((head + 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"by_s": 0.001}').encode())
    assert shared.ask("GET", "/v1")[0] == 200
    assert shared.run.time_s == before
