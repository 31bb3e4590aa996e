"""Applications of the NetQASM SDK: its own examples, unchanged, against theory; and what goes wrong."""

from __future__ import annotations

import base64
import doctest
import hashlib
import importlib.metadata
import inspect
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import netqasm.examples.apps
import numpy as np
import pyarrow.parquet as pq
import pytest

import farbell as fb
import farbell.netqasm as nq
from physics.sampling import SEED, assert_sampled, share

EXAMPLES = Path(netqasm.examples.apps.__path__[0])
NAMED = ["teleport", "dist_cnot", "bb84", "magic_square", "blind_rotation"]
#: The SDK writes angles as sums of fractions of pi, to this.
ANGLE_RAD = 3.2e-4
HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)


def werner_network(*nodes: str, fidelity: float, noise_type: str = "Depolarise", gate_fidelity: float = 1.0) -> fb.Scenario:
    qubits = [{"id": i, "t1": 0, "t2": 0} for i in range(5)]
    links = [
        {"name": f"{a}-{b}", "node_name1": a, "node_name2": b, "noise_type": noise_type, "fidelity": fidelity}
        for a, b in itertools.combinations(nodes, 2)
    ]
    return nq.from_network_config(
        {"nodes": [{"name": node, "gate_fidelity": gate_fidelity, "qubits": qubits} for node in nodes], "links": links}
    )


def line(*nodes: str, length_m: float, duration_s: float = 1.0) -> fb.Scenario:
    link = fb.Given(success_probability=1, attempt_period_s=1e-6)
    return fb.Scenario(
        version=1,
        duration_s=duration_s,
        memories=[fb.Memory(name="m", slots=8)],
        nodes=[fb.Node(name=node, memory="m") for node in nodes],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length_m), generation=link)
            for a, b in itertools.pairwise(nodes)
        ],
    )


def pure(theta: float, phi: float) -> Any:
    ket = np.array([np.cos(theta / 2), np.exp(1j * phi) * np.sin(theta / 2)])
    return np.outer(ket, ket.conj())


def rz(angle: float) -> Any:
    return np.diag([np.exp(-0.5j * angle), np.exp(0.5j * angle)])


# ---- the SDK's examples ----


@pytest.mark.parametrize("name", NAMED)
def test_examples_are_the_files_of_the_wheel(name: str) -> None:
    recorded = {}
    for file in importlib.metadata.files("netqasm") or []:
        if file.parts[:4] == ("netqasm", "examples", "apps", name) and file.suffix == ".py" and file.hash is not None:
            recorded[file.locate()] = file.hash.value
    assert set(recorded) == set((EXAMPLES / name).glob("*.py"))
    for path, value in recorded.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(Path(path).read_bytes()).digest()).rstrip(b"=").decode()
        assert digest == value


@pytest.mark.parametrize("theta, phi", [(0.0, 0.0), (1.1, 0.4), (np.pi / 2, 5.1), (2.9, 3.0)])
def test_teleported_states_are_those_that_were_sent(theta: float, phi: float) -> None:
    outcome = nq.run(EXAMPLES / "teleport", inputs={"sender": {"theta": theta, "phi": phi}}, seed=SEED, replicas=4)
    for returned in outcome.returned:
        receiver, sender = returned["receiver"], returned["sender"]
        assert np.allclose(receiver["received_state"], pure(theta, phi), atol=2 * ANGLE_RAD)
        assert np.allclose(receiver["original_state"], pure(theta, phi), atol=1e-12)
        assert receiver["fidelity"] == pytest.approx(1, abs=ANGLE_RAD)
        assert receiver["correction1"] == ("Z" if sender["m1"] else "None")
        assert receiver["correction2"] == ("X" if sender["m2"] else "None")


def test_teleportation_has_four_outcomes() -> None:
    """60 replicas: one of four equally likely is missed with probability 1.3e-7."""
    outcome = nq.run(EXAMPLES / "teleport", seed=SEED, replicas=60)
    assert len({(each["sender"]["m1"], each["sender"]["m2"]) for each in outcome.returned}) == 4


@pytest.mark.parametrize("fidelity", [1.0, 0.9, 0.4])
def test_a_werner_pair_teleports_as_a_depolarising_channel(fidelity: float) -> None:
    network = werner_network("sender", "receiver", fidelity=fidelity)
    outcome = nq.run(EXAMPLES / "teleport", network=network, inputs={"sender": {"theta": 0.8, "phi": 2.0}}, seed=SEED)
    kept = (4 * fidelity - 1) / 3
    expected = kept * pure(0.8, 2.0) + (1 - kept) * np.eye(2) / 2
    assert np.allclose(outcome.returned[0]["receiver"]["received_state"], expected, atol=2 * ANGLE_RAD)
    assert outcome.returned[0]["receiver"]["fidelity"] ** 2 == pytest.approx((2 * fidelity + 1) / 3, abs=ANGLE_RAD)


def test_a_bit_flip_link_flips_what_is_teleported() -> None:
    network = werner_network("sender", "receiver", fidelity=0.7, noise_type="Bitflip")
    outcome = nq.run(EXAMPLES / "teleport", network=network, inputs={"sender": {"theta": 1.0}}, seed=SEED)
    expected = 0.7 * pure(1.0, 0) + 0.3 * pure(np.pi - 1.0, 0)
    assert np.allclose(outcome.returned[0]["receiver"]["received_state"], expected, atol=2 * ANGLE_RAD)


def test_noisy_gates_lose_coherence() -> None:
    """Of 4 single-qubit gates and a CNOT none may fail for the state to arrive; a correction may add one or two."""
    network = werner_network("sender", "receiver", fidelity=1.0, gate_fidelity=0.99)
    outcome = nq.run(EXAMPLES / "teleport", network=network, inputs={"sender": {"theta": 0.8, "phi": 2.0}}, seed=SEED)
    assert 0.9 < outcome.returned[0]["receiver"]["fidelity"] ** 2 < 0.99


@pytest.mark.parametrize(
    "control, target, expected",
    [
        (0.0, 0.0, pure(0, 0)),
        (np.pi, 0.0, pure(np.pi, 0)),
        # |-> as the target kicks a phase back.
        (np.pi / 2, -np.pi / 2, pure(np.pi / 2, np.pi)),
        (np.pi / 2, np.pi / 2, pure(np.pi / 2, 0)),
    ],
)
def test_the_distributed_cnot_acts_on_its_control(control: float, target: float, expected: Any) -> None:
    inputs = {"controller": {"theta": control}, "target": {"theta": target}}
    for returned in nq.run(EXAMPLES / "dist_cnot", inputs=inputs, seed=SEED, replicas=8).returned:
        assert np.allclose(returned["controller"]["final_state"], expected, atol=2 * ANGLE_RAD)


def test_the_distributed_cnot_entangles() -> None:
    """What the control is entangled with is not its node's to tell."""
    outcome = nq.run(EXAMPLES / "dist_cnot", inputs={"controller": {"theta": np.pi / 2}}, seed=SEED)
    assert outcome.returned[0]["controller"]["final_state"] is None


def same_basis_outcomes(returned: dict[str, Any]) -> list[tuple[int, int]]:
    """(Alice's, Bob's) bits of pairs measured in the same basis."""
    rows = zip(returned["alice"]["table"], returned["bob"]["table"], strict=True)
    return [(a[3], b[3]) for a, b in rows if a[1] == b[1]]


def test_bb84_without_noise_gives_equal_keys() -> None:
    outcome = nq.run(EXAMPLES / "bb84", inputs={"alice": {"num_bits": 60}, "bob": {"num_bits": 60}}, seed=SEED, replicas=2)
    for returned in outcome.returned:
        outcomes = same_basis_outcomes(returned)
        assert all(a == b for a, b in outcomes) and len({a for a, _ in outcomes}) == 2
        assert returned["alice"]["qber"] == returned["bob"]["qber"] == 0
        assert returned["alice"]["same_basis_count"] == returned["bob"]["same_basis_count"] == len(outcomes)
    first, second = (each["alice"]["table"] for each in outcome.returned)
    assert first != second


def test_bb84_over_werner_pairs_errs_as_it_should() -> None:
    """About 400 compared pairs, each wrong with 2 (1 - F) / 3: an error of 0.2 of that share would be seen."""
    fidelity = 0.7
    network = werner_network("alice", "bob", fidelity=fidelity)
    inputs = {"alice": {"num_bits": 400}, "bob": {"num_bits": 400}}
    outcome = nq.run(EXAMPLES / "bb84", network=network, inputs=inputs, seed=SEED, replicas=2)
    outcomes = [pair for returned in outcome.returned for pair in same_basis_outcomes(returned)]
    expected = 2 * (1 - fidelity) / 3
    assert len(outcomes) > 250
    assert_sampled(share(sum(a != b for a, b in outcomes), len(outcomes), expected), expected, 0, detects=0.25)


@pytest.mark.parametrize("row, col", [*itertools.product(range(3), repeat=2)])
def test_the_magic_square_is_always_won(row: int, col: int) -> None:
    outcome = nq.run(
        EXAMPLES / "magic_square", inputs={"player1": {"row": row}, "player2": {"col": col}}, seed=SEED, replicas=3
    )
    for returned in outcome.returned:
        cells_of_row, cells_of_col = returned["player1"]["row"], returned["player2"]["col"]
        assert sum(cells_of_row) % 2 == 0 and sum(cells_of_col) % 2 == 1
        assert cells_of_row[col] == cells_of_col[row]


def test_blind_rotation_leaves_the_state_that_its_measurements_make() -> None:
    """Against vectors of 16 numbers: a line of states, controlled phases, and projections on what was read."""
    inputs = {"client": {"theta": [0.3, 1.2, 4.0, 2.2], "r": [1, 0, 1]}}
    for returned in nq.run(EXAMPLES / "blind_rotation", inputs=inputs, seed=SEED, replicas=3).returned:
        client = returned["client"]
        qubits = [rz(theta + m * np.pi) @ [1, 1] / np.sqrt(2) for theta, m in zip(client["theta"], client["m"], strict=True)]
        state = np.array([1.0 + 0j])
        for qubit in qubits:
            state = np.kron(state, qubit)
        for index in range(16):
            bits = [index >> (3 - i) & 1 for i in range(4)]
            state[index] *= (-1) ** sum(a & b for a, b in itertools.pairwise(bits))
        for angle, read in zip(client["delta"], client["s"], strict=True):
            state = (HADAMARD @ rz(angle))[read] @ state.reshape(2, -1)
        state /= np.linalg.norm(state)
        assert np.allclose(returned["server"]["output_state"], np.outer(state, state.conj()), atol=16 * ANGLE_RAD)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if (path / "__init__.py").exists()))
def test_every_example_of_the_sdk_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = {"alice": {"num_bits": 8}, "bob": {"num_bits": 8}} if name == "bb84" else None
    outcome = nq.run(EXAMPLES / name, inputs=inputs, seed=SEED)
    assert set(outcome.returned[0]) == set(outcome.application.roles)
    if name == "link_layer_md":
        # Phi+ in the Y basis: never equal.
        printed = [text.split() for text in capsys.readouterr().out.splitlines()]
        client, server = ([bit for who, bit in printed if who == name] for name in ("Client:", "Server:"))
        assert len(client) == 10 and all(a != b for a, b in zip(client, server, strict=True))


# ---- time, noise and chance ----


def test_the_same_seed_gives_the_same() -> None:
    inputs = {"alice": {"num_bits": 12}, "bob": {"num_bits": 12}}
    dice = random.getstate()
    first, again, other = (
        nq.run(EXAMPLES / "bb84", inputs=inputs, seed=seed, replicas=2).to_json() for seed in (SEED, SEED, SEED + 1)
    )
    assert first == again != other
    assert random.getstate() == dice


def test_the_sdk_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETQASM_SIMULATOR", "debug")
    before = sys.modules.get("netqasm.sdk.external"), list(sys.path), threading.active_count()
    nq.run(EXAMPLES / "single_node", seed=SEED)
    assert (sys.modules.get("netqasm.sdk.external"), list(sys.path), threading.active_count()) == before
    assert not any(name.startswith("app_") for name in sys.modules)
    assert os.environ["NETQASM_SIMULATOR"] == "debug"


def test_messages_and_readiness_take_the_time_of_the_fibre() -> None:
    """20 km at 200 km/ms. The receiver says that it is ready, then a pair is made; corrections take another passage."""
    network = line("sender", "repeater", "receiver", length_m=10e3)
    outcome = nq.run(EXAMPLES / "teleport", network=network, inputs={"sender": {"theta": 0.5}}, seed=SEED)
    ended_s = {row["node"]: row["time_s"] for row in outcome.results.records.rows()}
    assert ended_s["receiver"] - ended_s["sender"] == pytest.approx(100e-6, rel=1e-9)
    assert ended_s["sender"] > 100e-6
    assert np.allclose(outcome.returned[0]["receiver"]["received_state"], pure(0.5, 0), atol=2 * ANGLE_RAD)


def test_a_run_is_traced_when_it_is_made_and_not_replayed() -> None:
    traced, plain = (nq.run(EXAMPLES / "teleport", seed=SEED, trace=trace) for trace in (True, False))
    kinds = traced.results.trace()["kind"].tolist()
    assert {"pair_given", "message_received", "program_ended", "operation_done"} <= set(kinds)
    assert traced.returned == plain.returned
    with pytest.raises(fb.SpecError, match="trace=True"):
        plain.results.trace()


# ---- applications of one's own ----

HEAD = """
from netqasm.sdk import EPRSocket, Qubit
from netqasm.sdk.epr_socket import EprMeasBasis
from netqasm.sdk.external import BroadcastChannel, NetQASMConnection, Socket, get_qubit_state
"""
IDLE = "def main(app_config=None):\n    return 'idle'\n"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(**roles: str) -> Path:
        for role, text in roles.items():
            (tmp_path / f"app_{role}.py").write_text(HEAD + textwrap.dedent(text))
        return tmp_path

    return write


def with_pairs(body: str) -> dict[str, str]:
    """Programs of alice, who creates, and bob, who receives; `{verb}` in the body is what each does."""
    text = """
    def main(app_config=None):
        e = EPRSocket("{peer}")
        with NetQASMConnection("{me}", epr_sockets=[e]) as conn:
    """
    text = textwrap.dedent(text) + textwrap.indent(textwrap.dedent(body), " " * 8)
    return {
        me: text.replace("{me}", me).replace("{peer}", peer).replace("{verb}", verb)
        for me, peer, verb in (("alice", "bob", "create"), ("bob", "alice", "recv"))
    }


def test_pairs_one_after_the_other_in_one_qubit(written: Any) -> None:
    folder = written(
        **with_pairs("""
        out = conn.new_array(6)
        def post(conn, q, pair):
            q.H()
            q.measure(future=out.get_future_index(pair))
        e.{verb}_keep(number=6, sequential=True, post_routine=post)
        conn.flush()
        return [int(out.get_future_index(i)) for i in range(6)]
        """)
    )
    for returned in nq.run(folder, seed=SEED, replicas=3).returned:
        assert returned["alice"] == returned["bob"]


def test_states_are_prepared_at_the_other_end(written: Any) -> None:
    """|+> or |->, as the creator reads: of 32 states all are the same once in 2e9 runs."""
    programs = with_pairs("""
        r = e.create_rsp(number=8, basis_local=EprMeasBasis.X)
        conn.flush()
        return [int(x.measurement_outcome) for x in r]
    """)
    programs["bob"] = with_pairs("""
        q = e.recv_rsp(number=5) + e.recv_rsp(number=3)
        for x in q: x.H()
        m = [x.measure() for x in q]
        conn.flush()
        return [int(x) for x in m]
    """)["bob"]
    programs = {role: text.replace("epr_sockets=[e])", "epr_sockets=[e], max_qubits=8)") for role, text in programs.items()}
    outcomes = nq.run(written(**programs), seed=SEED, replicas=4).returned
    assert all(returned["alice"] == returned["bob"] for returned in outcomes)
    assert {bit for returned in outcomes for bit in returned["alice"]} == {0, 1}


@pytest.mark.parametrize("basis, equal", [("X", True), ("Y", False), ("Z", True), ("MX", True), ("MY", False), ("MZ", True)])
def test_pairs_are_measured_directly(written: Any, basis: str, equal: bool) -> None:
    programs = with_pairs("""
        r = e.recv_measure(number=8)
        conn.flush()
        return [int(x.raw_measurement_outcome) for x in r]
    """)
    programs["alice"] = programs["alice"].replace(
        "recv_measure(number=8)",
        f"create_measure(number=8, basis_local=EprMeasBasis.{basis}, basis_remote=EprMeasBasis.{basis})",
    )
    returned = nq.run(written(**programs), seed=SEED).returned[0]
    assert all((a == b) is equal for a, b in zip(returned["alice"], returned["bob"], strict=True))


def test_sockets_with_different_numbers_do_not_mix(written: Any) -> None:
    text = """
    def main(app_config=None):
        one, two = (EPRSocket("{peer}", epr_socket_id=i, remote_epr_socket_id=i) for i in (1, 2))
        a, b = Socket("{me}", "{peer}", socket_id=1), Socket("{me}", "{peer}", socket_id=2)
        with NetQASMConnection("{me}", epr_sockets=[one, two]) as conn:
            {work}
    """
    alice = """q = [one.create_keep()[0], two.create_keep()[0]]
            q[0].X()
            m = [x.measure() for x in q]
            conn.flush()
            a.send("a"), b.send("b")
            return [int(x) for x in m]"""
    bob = """q = [one.recv_keep()[0], two.recv_keep()[0]]
            m = [x.measure() for x in q]
            conn.flush()
            return [int(x) for x in m], b.recv(), a.recv()"""
    text = textwrap.dedent(text)
    programs = {
        me: text.replace("{me}", me)
        .replace("{peer}", peer)
        .replace("{work}", textwrap.dedent(work).replace("\n            ", "\n        "))
        for me, peer, work in (("alice", "bob", alice), ("bob", "alice", bob))
    }
    for returned in nq.run(written(**programs), seed=SEED, replicas=4).returned:
        bits, *messages = returned["bob"]
        assert messages == ["b", "a"]
        assert [returned["alice"][0] ^ 1, returned["alice"][1]] == bits


def test_gates_are_those_of_the_sdk(written: Any) -> None:
    """Each gate after some rotations, against the matrices that the SDK has of them."""
    from netqasm.util import quantum_gates

    folder = written(
        alice="""
        def main(app_config=None, gate="X"):
            with NetQASMConnection("alice") as conn:
                q = Qubit(conn)
                q.rot_Y(n=1, d=2)
                q.rot_Z(n=3, d=3)
                q.rot_X(n=1, d=4)
                getattr(q, gate)()
                conn.flush()
                return get_qubit_state(q)
        """
    )
    ket = np.array([1, 0])
    for axis, angle in (([0, 1, 0], np.pi / 4), ([0, 0, 1], 3 * np.pi / 8), ([1, 0, 0], np.pi / 16)):
        ket = quantum_gates.get_rotation_matrix(np.array(axis), angle) @ ket
    for gate in "XYZHSTK":
        expected = getattr(quantum_gates, gate) @ ket
        state = nq.run(folder, inputs={"alice": {"gate": gate}}, seed=SEED).returned[0]["alice"]
        assert np.allclose(state, np.outer(expected, expected.conj())), gate


def test_a_qubit_measured_in_place_stays_as_it_was_read(written: Any) -> None:
    folder = written(
        alice="""
        def main(app_config=None):
            with NetQASMConnection("alice") as conn:
                q = Qubit(conn)
                q.H()
                m = [q.measure(inplace=True), q.measure(inplace=True), q.measure()]
            return [int(x) for x in m]
        """
    )
    for returned in nq.run(folder, seed=SEED, replicas=6).returned:
        assert len(set(returned["alice"])) == 1


def test_waiting_for_messages(written: Any) -> None:
    folder = written(
        alice="""
        def main(app_config=None):
            s, looks = Socket("alice", "bob"), 0
            while True:
                try:
                    return s.recv(block=False), looks
                except RuntimeError:
                    looks += 1
        """,
        bob="""
        def main(app_config=None):
            s = Socket("bob", "alice")
            try:
                s.recv(timeout=1e-5)
            except TimeoutError as error:
                s.send(str(error))
        """,
    )
    text, looks = nq.run(folder, seed=SEED).returned[0]["alice"]
    assert text == "a message from alice: nothing came within 1e-05 s"
    assert looks in (10, 11)


def test_files_beside_the_programs_are_read(written: Any) -> None:
    text = """
    def main(app_config=None, turns=0):
        e = EPRSocket("{peer}")
        with NetQASMConnection("{me}", epr_sockets=[e]) as conn:
            q = e.{verb}_keep()[0]
            conn.flush()
            state = get_qubit_state(q)
        return app_config.node_name, turns, conn.node_name
    """
    programs = {
        me: text.replace("{me}", me).replace("{peer}", peer).replace("{verb}", verb)
        for me, peer, verb in (("alice", "bob", "create"), ("bob", "alice", "recv"))
    }
    folder = written(**programs)
    (folder / "roles.yaml").write_text("bob: delft\nalice: leiden\n")
    (folder / "alice.yaml").write_text("turns: 3\n")
    node = "gate_fidelity: 1.0, qubits: [{id: 0, t1: 0, t2: 0}]"
    (folder / "network.yaml").write_text(
        f"nodes: [{{name: delft, {node}}}, {{name: leiden, {node}}}]\n"
        "links: [{name: l, node_name1: delft, node_name2: leiden, noise_type: Depolarise, fidelity: 0.8}]\n"
    )
    outcome = nq.run(folder, seed=SEED)
    assert outcome.returned == [{"alice": ["leiden", 3, "leiden"], "bob": ["delft", 0, "delft"]}]
    assert outcome.results.pairs["fidelity"].tolist() == pytest.approx([0.8])


def test_a_request_that_takes_too_long_fails_in_the_application(written: Any) -> None:
    programs = with_pairs("e.{verb}_keep()\nconn.flush()")
    programs["alice"] = programs["alice"].replace("e.create_keep()", "e.create_keep(max_time=5)")
    never = fb.Given(success_probability=1, attempt_period_s=1e-3, herald_delay_s=1e-3)
    network = line("alice", "bob", length_m=0)
    network = network.replace(links=[network.links[0].replace(generation=never)])
    with pytest.raises(fb.RunError, match=r"role alice at node alice, 5e-06 s, .*TimedOut"):
        nq.run(written(**programs), network=network, seed=SEED)


@pytest.mark.parametrize("name", nq.__all__)
def test_examples_in_docstrings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(getattr(nq, name)) or "", {}, name, None, 0)
    assert test.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test, out=report.append)
    assert not report, "".join(report)


# ---- what goes wrong ----


@pytest.mark.parametrize(
    "alice, message",
    [
        ("def main(app_config=None):\n    Socket('alice', 'bob').recv()\n", "waits for a message from bob since 0 s"),
        ("def main(app_config=None):\n    1 / 0\n", "ZeroDivisionError: division by zero"),
        ("def main(app_config=None):\n    Socket('alice', 'bbo')\n", "there is no role 'bbo'; did you mean 'bob'?"),
        ("def main(app_config=None):\n    Socket('bob', 'alice')\n", "'bob' in the program of the role 'alice'"),
        ("def main(app_config=None):\n    raise SystemExit(3)\n", "SystemExit: 3"),
        ("\nimport no_such_module\ndef main(app_config=None): ...\n", "No module named 'no_such_module'"),
        ("def main(app_config=None):\n    Socket('alice', 'bob', use_callbacks=True)\n", "use_callbacks=True"),
        ("def main(app_config=None):\n    Socket('alice', 'bob').send(3)\n", "a message is text, not int"),
        (
            "def main(app_config=None):\n    e = EPRSocket('bob')\n    with NetQASMConnection('alice', epr_sockets=[e]):\n"
            "        e.create_keep()\n",
            "waits for a subroutine, to create pairs with bob since 0 s",
        ),
        ("def main(app_config=None):\n    while True: pass\n", "it computes for more than 1 s"),
    ],
)
def test_a_role_that_fails_is_named_with_its_line(written: Any, alice: str, message: str) -> None:
    threads = threading.active_count()
    folder = written(alice=alice, bob=IDLE)
    with pytest.raises(fb.RunError) as caught:
        nq.run(folder, seed=SEED, max_wall_s=1)
    assert message in str(caught.value)
    assert "role alice at node alice" in str(caught.value)
    assert f"{folder / 'app_alice.py'}:" in str(caught.value)
    assert threading.active_count() == threads


def test_roles_that_no_links_join_cannot_talk(written: Any) -> None:
    folder = written(alice="def main(app_config=None):\n    Socket('alice', 'bob')\n", bob=IDLE)
    with pytest.raises(fb.RunError, match="no links lead from node alice to node bob, which has the role 'bob'"):
        nq.run(folder, network=line("alice", "bob", length_m=1).replace(links=[]), seed=SEED)


def test_what_is_flushed_without_waiting_is_done_later(written: Any) -> None:
    folder = written(
        alice="""
        def main(app_config=None):
            with NetQASMConnection("alice") as conn:
                q = Qubit(conn)
                q.X()
                m = q.measure()
                conn.flush(block=False)
                conn.block()
                return int(m)
        """
    )
    assert nq.run(folder, seed=SEED).returned == [{"alice": 1}]


def test_results_of_replicas_that_ended_are_kept(written: Any) -> None:
    folder = written(
        alice="import random\ndef main(app_config=None):\n    assert random.random() < 0.5\n    return 1\n", bob=IDLE
    )
    with pytest.raises(fb.RunError) as caught:
        nq.run(folder, seed=3, replicas=30)
    partial = caught.value.partial  # type: ignore[attr-defined]
    assert all(each == {"alice": 1, "bob": "idle"} for each in partial.returned)


@pytest.mark.parametrize(
    "files, message",
    [
        ({}, "a folder with a file app_ROLE.py for each role"),
        ({"app_alice.py": "def main(:"}, "app_alice.py:1: found invalid syntax"),
        ({"app_alice.py": IDLE, "alice.yaml": "x: 1"}, "inputs/alice/x: found 'x'; allowed: arguments of main(): none"),
        ({"app_alice.py": IDLE, "alice.yaml": "[1]"}, "alice.yaml: found [1]"),
        (
            {"app_alice.py": IDLE, "alice.yaml": "x: !!python/object/apply:os.getcwd []"},
            "alice.yaml: found could not determine",
        ),
        ({"app_alice.py": IDLE, "roles.yaml": "alcie: a"}, "roles.yaml/alcie: found no file app_ROLE.py of that role"),
        ({"app_alice.py": IDLE, "app_bob.py": IDLE, "roles.yaml": "alice: a"}, "roles.yaml: found no node for the role 'bob'"),
        (
            {"app_alice.py": IDLE, "app_bob.py": IDLE, "roles.yaml": "alice: a\nbob: a"},
            "roles.yaml/bob: found 'a', which has the role",
        ),
        ({"app_alice.py": IDLE, "network.yaml": "nodes: []\nlinks: []"}, "roles.yaml/alice: found 'alice'"),
        ({"app_alice.py": IDLE, "network.yaml": "nodes: []"}, "network.yaml: found no links"),
    ],
)
def test_bad_folders_are_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(fb.SpecError) as caught:
        nq.load(tmp_path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"noise_type": "Depolarize"}, "network.yaml/links/0/noise_type: found 'Depolarize'"),
        ({"noise_type": "NoNoise"}, "network.yaml/links/0/fidelity: found 0.9 without noise"),
        (
            {"node_name1": "alcie"},
            "network.yaml/links/0/node_name1: found 'alcie'; allowed: names of nodes; did you mean alice?",
        ),
        ({"fidelty": 1}, "network.yaml/links/0/fidelty"),
        ({"fidelity": "1"}, "network.yaml/links/0/fidelity: found '1'; allowed: int or float"),
    ],
)
def test_bad_networks_are_refused(change: dict[str, Any], message: str) -> None:
    node = {"gate_fidelity": 1.0, "qubits": [{"id": 0, "t1": 0, "t2": 0}]}
    link = {"name": "l", "node_name1": "alice", "node_name2": "bob", "noise_type": "Depolarise", "fidelity": 0.9}
    nodes = [{"name": name, **node} for name in ("alice", "bob")]
    with pytest.raises(fb.SpecError) as caught:
        nq.from_network_config({"nodes": nodes, "links": [{**link, **change}]})
    assert message in str(caught.value)


def test_other_hardware_is_refused() -> None:
    node = {"name": "a", "hardware": "NV", "gate_fidelity": 1.0, "qubits": [{"id": 0, "t1": 0, "t2": 0}]}
    with pytest.raises(fb.SpecError, match=r"network\.yaml/nodes/0/hardware: found 'NV'"):
        nq.from_network_config({"nodes": [node], "links": []})


# ---- the command ----

COMMAND = [sys.executable, "-m", "farbell", "netqasm", "run"]


def farbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120)


def test_the_command_prints_what_roles_return(tmp_path: Path) -> None:
    folder = str(EXAMPLES / "teleport")
    done = farbell(folder, "--seed", "4", "--num", "2", "--json", "--input", "sender.theta=1.2", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [set(each) for each in told["returned"]] == [{"sender", "receiver"}] * 2
    assert told["returned"][0]["receiver"]["fidelity"] == pytest.approx(1, abs=ANGLE_RAD)
    assert "will send the corrections" in done.stderr
    assert pq.read_table(tmp_path / "out" / "pairs.parquet").num_rows == 2
    plain = farbell(folder)
    assert "sender, after 1 us: {" in plain.stdout and "fidelity" in plain.stdout
    assert farbell(folder, "--quiet").stdout == ""


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (
            ["--input", "sender.thta=1"],
            2,
            "inputs/sender/thta: found 'thta'; allowed: arguments of main(): phi, theta; did you mean theta?",
        ),
        (["--input", "theta=1"], 2, "--input: found 'theta=1'"),
        (["--network", "two_nodes"], 2, "roles.yaml/receiver: found 'receiver'"),
        (["--network", "nowhere.json"], 4, "nowhere.json"),
        (["--input", "sender.theta=none"], 1, "role sender at node sender, 0 s, "),
    ],
)
def test_exit_codes(arguments: list[str], code: int, message: str) -> None:
    done = farbell(str(EXAMPLES / "teleport"), *arguments)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize("missing, files", [("netqasm", {}), ("yaml", {"roles.yaml": "alice: a"})])
def test_the_missing_extra_is_named(written: Any, missing: str, files: dict[str, str]) -> None:
    folder = written(alice=IDLE)
    for name, text in files.items():
        (folder / name).write_text(text)
    code = f"import sys; sys.modules[{missing!r}] = None; from farbell.cli import app; app(['netqasm', 'run', {str(folder)!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, f"needs {missing}: pip install 'farbell[netqasm]'" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        # Waits a microsecond at a time, for 1000 s.
        "s = Socket('alice', 'bob')\n    while True:\n        try: s.recv(block=False)\n        except RuntimeError: pass",
    ],
)
def test_ctrl_c_ends_an_application(written: Any, body: str) -> None:
    folder = written(alice=f"print('begun', flush=True)\ndef main(app_config=None):\n    {body}\n", bob=IDLE)
    process = subprocess.Popen([*COMMAND, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "farbell: interrupted\n")
