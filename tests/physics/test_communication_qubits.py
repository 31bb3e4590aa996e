"""Links that share the communication qubit of a node: rates when they take turns, and pairs that are stored beside attempts."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.runs import chains
from physics.sampling import SEED, assert_sampled, estimate

PERIOD_S = 1e-5
STORAGE_S = 4e-5
QUIET = fb.Memory(name="quiet", slots=4)


def two_links(middle: fb.Memory, *, p: tuple[float, float] = (0.1, 0.1), pairs: int = 300, **rest: Any) -> fb.Scenario:
    """News of an attempt comes when it is over, so that the other link goes on where this one stops."""
    links = [fb.Given(success_probability=each, attempt_period_s=PERIOD_S, herald_delay_s=PERIOD_S) for each in p]
    demand = {"traffic": fb.OneOff(requests=pairs)} | rest.pop("demand", {})
    memories = [QUIET.replace(name="ends"), middle.replace(name="middle")]
    return chains(links, memories=memories, demand=demand, **{"control": "ideal", "duration_s": 10.0, **rest})


def delivered(scenario: fb.Scenario) -> fb.ResultTable:
    rows = fb.run(scenario, threads=1, progress=False).pairs
    assert len(rows) == scenario.demands[0].traffic.requests
    return rows


# ---- rates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("store", "stored"), [("when_needed", 1), ("always", 2)])
def test_links_of_one_communication_qubit_take_turns(store: str, stored: int) -> None:
    """A pair takes 1/r1 + 1/r2 and the storing: of the first half alone where the second is swapped from where it is."""
    p = (0.1, 0.04)
    qubit = fb.CommunicationQubits(store=store, storage_s=STORAGE_S)
    times_s = np.diff(delivered(two_links(QUIET.replace(communication=qubit), p=p, pairs=6000))["delivered_s"], prepend=0)
    expected = sum(PERIOD_S / each for each in p) + stored * STORAGE_S
    assert_sampled(estimate(times_s), expected, 0, detects=0.1 * expected)
    assert expected - sum(PERIOD_S / each for each in p) > 0.1 * expected  # storing would be missed


def test_with_a_communication_qubit_each_they_do_not() -> None:
    p = (0.1, 0.04)
    qubits = fb.CommunicationQubits(qubits=2, storage_s=STORAGE_S)
    times_s = np.diff(delivered(two_links(QUIET.replace(communication=qubits), p=p, pairs=6000))["delivered_s"], prepend=0)
    last_of_both = 1 / p[0] + 1 / p[1] - 1 / (1 - (1 - p[0]) * (1 - p[1]))
    assert_sampled(estimate(times_s), PERIOD_S * last_of_both, 0, detects=0.1 * PERIOD_S * last_of_both)


def test_one_link_has_its_node_for_itself() -> None:
    """An end stores nothing that nobody makes room for; its one link makes one attempt at a time."""
    qubit = fb.CommunicationQubits(storage_s=1.0, storage_reliability=0.5)
    link = fb.Given(success_probability=0.2, attempt_period_s=PERIOD_S, herald_delay_s=PERIOD_S)
    memory = QUIET.replace(communication=qubit)
    demand = {"traffic": fb.OneOff(requests=3000), "width": 3}
    rows = delivered(chains([link], memories=[memory], demand=demand, control="ideal", duration_s=10.0))
    np.testing.assert_array_equal(rows["fidelity"], 1)
    times_s = np.diff(rows["delivered_s"], prepend=0)
    assert_sampled(estimate(times_s), PERIOD_S / 0.2, 0, detects=0.15 * PERIOD_S / 0.2)


# ---- states -------------------------------------------------------------------------------------------------------------

ONE, X, Y, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
PAULIS = (ONE, X, Y, Z)


def on(operator: np.ndarray, qubit: int) -> np.ndarray:
    """Of four."""
    factors = [operator if each == qubit else ONE for each in range(4)]
    return np.kron(np.kron(factors[0], factors[1]), np.kron(factors[2], factors[3]))


def mixed(rho: np.ndarray, qubit: int, weights: tuple[float, float, float, float]) -> np.ndarray:
    return sum(w * on(s, qubit) @ rho @ on(s, qubit).conj().T for w, s in zip(weights, PAULIS, strict=True))


def dephased(rho: np.ndarray, qubit: int, left: float) -> np.ndarray:
    return mixed(rho, qubit, ((1 + left) / 2, 0, 0, (1 - left) / 2))


def correlators_after_swap(rho: np.ndarray) -> tuple[float, float, float]:
    """Qubits 1 and 2 are found in Phi+, which leaves what any other outcome does once its frame is undone."""
    phi = np.array([1, 0, 0, 1]) / np.sqrt(2)
    onto = np.kron(np.kron(ONE, phi.reshape(1, 4)), ONE)
    left = onto @ rho @ onto.conj().T
    left /= np.trace(left)
    return tuple(float(np.trace(np.kron(s, s) @ left).real) for s in (X, Y, Z))


@pytest.mark.parametrize("store", ["when_needed", "always"])
@pytest.mark.parametrize("state", ["pair_density", "bell_diagonal", "density"])
def test_fidelity_is_that_of_a_density_matrix(state: str, store: str) -> None:
    """The first half waits for its news, is stored, then waits beside the attempts of the other link; T2* is Gaussian, T2 is not."""
    t2_star_s, t2_s, attempts_to_1_over_e, reliability, z_error = 2e-4, 3e-3, 25.0, 0.96, 0.02
    qubit = fb.CommunicationQubits(
        store=store, storage_s=STORAGE_S, storage_reliability=reliability, storage_dephasing_probability=z_error,
        t2_s=t2_star_s, t2_law="gaussian",
    )  # fmt: skip
    memory = QUIET.replace(communication=qubit, t2_s=t2_s, dephasing_attempts=attempts_to_1_over_e)
    rows = delivered(two_links(memory, state=state))
    second_stored = store == "always"
    in_qubit_s = PERIOD_S + STORAGE_S
    waited_s = rows["age_s"] - in_qubit_s
    attempts = np.rint((waited_s - second_stored * STORAGE_S) / PERIOD_S)
    np.testing.assert_allclose(waited_s, attempts * PERIOD_S + second_stored * STORAGE_S, rtol=0, atol=1e-12)
    assert attempts.max() > 10 and attempts.min() <= 2
    # Wherever the second half is stored as well, the first waits for that, too.
    phi = np.array([1, 0, 0, 1]) / np.sqrt(2)
    fresh = np.kron(np.outer(phi, phi), np.outer(phi, phi)).astype(complex)

    def moved(rho: np.ndarray, half: int) -> np.ndarray:
        rho = dephased(rho, half, np.exp(-((in_qubit_s / t2_star_s) ** 2)))
        rho = mixed(rho, half, (1 - z_error, 0, 0, z_error))
        error = (1 - reliability) / 4
        return mixed(rho, half, (1 - 3 * error, error, error, error))

    for row in itertools.islice(range(len(rows)), 0, None, 29):
        rho = moved(fresh, 1)
        rho = dephased(rho, 1, np.exp(-waited_s[row] / t2_s))
        for _ in range(int(attempts[row])):
            rho = dephased(rho, 1, np.exp(-1 / attempts_to_1_over_e))
        rho = moved(rho, 2) if second_stored else dephased(rho, 2, np.exp(-((PERIOD_S / t2_star_s) ** 2)))
        found = [rows[name][row] for name in ("xx", "yy", "zz")]
        xx, yy, zz = correlators_after_swap(rho)
        np.testing.assert_allclose(found, [xx, yy, zz], rtol=0, atol=1e-12)
        assert rows["fidelity"][row] == pytest.approx((1 + xx - yy + zz) / 4, abs=1e-12)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
def test_sampled_stores_agree_on_average(state: str) -> None:
    qubit = fb.CommunicationQubits(storage_s=STORAGE_S, storage_reliability=0.9, storage_dephasing_probability=0.05, t2_s=1e-4)
    memory = QUIET.replace(communication=qubit, t2_s=1e-3, dephasing_attempts=100)
    exact = estimate(delivered(two_links(memory, pairs=3000))["fidelity"]).mean
    found = estimate(delivered(two_links(memory, pairs=3000, state=state))["fidelity"])
    assert_sampled(found, exact, 0, detects=0.1)


def test_t2_star_is_coherence_without_pulses() -> None:
    """Of a frequency that stays what it is, normal with deviation b: exp(-(b t)^2/2)."""
    b = 3e4
    noise = fb.decoupling.Lorentzian(rms_rad_per_s=b, correlation_s=1.0)
    star = fb.decoupling.decouple(fb.decoupling.free_induction(), noise).stretched()
    assert star.t2_s == pytest.approx(np.sqrt(2) / b, rel=1e-3) and star.exponent == pytest.approx(2, abs=1e-3)
    gaussian = fb.CommunicationQubits(t2_s=float(np.sqrt(2)) / b, t2_law="gaussian")
    measured = fb.CommunicationQubits(t2_s=star.t2_s, t2_law="stretched", t2_exponent=star.exponent)
    found = [delivered(two_links(QUIET.replace(communication=qubit))) for qubit in (gaussian, measured)]
    np.testing.assert_allclose(found[0]["xx"], found[1]["xx"], rtol=0, atol=2e-3)
    assert found[0]["xx"].max() < 0.95


# ---- charge checks ------------------------------------------------------------------------------------------------------


def time_of_checks_s(*checks: fb.ChargeCheck) -> float:
    """Rounds of checks of all ends until each has passed: sampled, 200,000 times."""
    random = np.random.default_rng(SEED)
    rounds = np.max([random.geometric(check.success_probability, 200_000) for check in checks], axis=0)
    resets_s = (rounds - 1) * max(check.reset_s for check in checks)
    return float(np.mean(rounds * max(check.check_s for check in checks) + resets_s))


@pytest.mark.parametrize(
    "checks",
    [
        (fb.ChargeCheck(batch_attempts=50, check_s="300 us"), None),
        (fb.ChargeCheck(batch_attempts=50, check_s="300 us", success_probability=0.6, reset_s="1 ms"), None),
        (
            fb.ChargeCheck(batch_attempts=40, check_s="200 us", success_probability=0.6, reset_s="1 ms"),
            fb.ChargeCheck(batch_attempts=100, check_s="300 us", success_probability=0.3),
        ),
    ],
)
def test_checks_take_their_share_of_the_time(checks: tuple[fb.ChargeCheck, fb.ChargeCheck | None]) -> None:
    station = fb.Station(name="s", detector=fb.Detector())
    link = fb.SingleClick(station="s", bright_state=0.1)
    plain = [fb.Memory(name=name, initialisation_s="5 us") for name in "ab"]

    def attempts(memories: list[fb.Memory]) -> float:
        scenario = chains([link], memories=memories, length_m=1e3, stations=[station], duration_s=1.0)
        return float(fb.run(scenario, threads=1, progress=False).links["attempts"][0])

    lengthened = [memory.replace(charge_check=check) for memory, check in zip(plain, checks, strict=True)]
    given = [check for check in checks if check]
    share_s = time_of_checks_s(*given) / min(check.batch_attempts for check in given)
    without = attempts(plain)
    assert attempts(lengthened) == pytest.approx(1 / (1 / without + share_s), rel=0.02)
    assert without * share_s > 0.2


# ---- refusals -----------------------------------------------------------------------------------------------------------

QUBIT = fb.CommunicationQubits()
GIVEN = fb.Given(success_probability=0.1, attempt_period_s=PERIOD_S)


def changed(**fields: Any) -> fb.Scenario:
    return two_links(QUIET.replace(communication=QUBIT)).replace(**fields)


def of_demand(**fields: Any) -> fb.Scenario:
    scenario = changed()
    return scenario.replace(demands=[scenario.demands[0].replace(**fields)])


def with_permits() -> fb.Scenario:
    scenario = changed()
    return scenario.replace(nodes=[scenario.nodes[0].replace(parallel_links=1), *scenario.nodes[1:]])


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: changed(timing="slotted", slot_s=PERIOD_S), "/memories/1/communication"),
        (with_permits, "/nodes/0/parallel_links"),
        (lambda: changed(switches=[fb.OpticalSwitch(name="s", links=["c0n0--c0n1"])]), "/switches/0/links"),
        (lambda: of_demand(buffer=2, generate_when_idle=True), "/demands/0/buffer"),
        (lambda: of_demand(cutoff=fb.Cutoff(estimated_fidelity=0.8)), "/demands/0/cutoff/estimated_fidelity"),
        (
            lambda: of_demand(rules=[fb.Rule(do="swap", when="estimated_fidelity_a > 0.5")]).replace(control="messages"),
            "/demands/0/rules",
        ),
        (lambda: of_demand(traffic=fb.ByPrograms()), "/demands/0/traffic"),
        (lambda: changed(ghz_demands=[fb.GhzDemand(name="g", users=["c0n0", "c0n2"])]), "/ghz_demands"),
    ],
)
def test_what_communication_qubits_do_not_go_with(make: Any, path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.compile(make())
    assert error.value.path == path


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"qubits": 0}, "qubits"),
        ({"storage_s": -1.0}, "storage_s"),
        ({"storage_reliability": 1.1}, "storage_reliability"),
        ({"storage_dephasing_probability": 0.6}, "storage_dephasing_probability"),
        ({"store": "sometimes"}, "store"),
        ({"t2_law": "stretched"}, "t2_s"),
        ({"t2_exponent": 2.0}, "t2_exponent"),
    ],
)
def test_bad_communication_qubits(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.CommunicationQubits(**fields)
    assert error.value.path.endswith(path)


def test_coherence_that_relaxation_does_not_leave() -> None:
    qubit = fb.CommunicationQubits(t1_s=1.0, t2_s=2.5)
    with pytest.raises(fb.SpecError, match="at most 2 t1_s") as error:
        fb.compile(two_links(QUIET.replace(communication=qubit)))
    assert error.value.path == "/memories/1/communication/t2_s"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"batch_attempts": 0}, "batch_attempts"),
        ({"check_s": -1.0}, "check_s"),
        ({"success_probability": 0.0}, "success_probability"),
    ],
)
def test_bad_charge_checks(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.ChargeCheck(**({"batch_attempts": 5, "check_s": 1e-5} | fields))
    assert error.value.path.endswith(path)


def test_checks_have_no_time_in_slots() -> None:
    check = fb.ChargeCheck(batch_attempts=5, check_s=1e-5)
    scenario = two_links(QUIET.replace(charge_check=check))
    with pytest.raises(fb.SpecError, match="where an attempt is made in each slot") as error:
        fb.compile(scenario.replace(timing="slotted", slot_s=PERIOD_S))
    assert error.value.path == "/memories/1/charge_check"
