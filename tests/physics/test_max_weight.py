"""Max-weight in the ledger's line, where links are good and bad by turns: what it serves against what first come, first served does.

Two demands share a node with a slot for one of them; in each frame one of the two links makes pairs at a rate mu, the other at
a hundredth of that, and they change roles with each frame. Whoever serves the link that is good has a capacity of mu / 2 for
each demand (Tassiulas and Ephremides, IEEE Trans. Inf. Theory 39, 466, 1993: max-weight does, without knowing the frames);
whoever serves both by turns has (mu + mu / 100) / 4. Requests come at 0.45 mu. Rates are sampled over independent replicas: a
false alarm has a probability of 8e-11 a check, and an error of 5 % of such a rate is seen.
"""

from __future__ import annotations

import numpy as np

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled, estimate

PERIOD_S, GOOD, BAD = 1e-4, 0.2, 0.002
FRAME_S, FRAMES = 0.05, 80
DURATION_S = FRAME_S * FRAMES
REPLICAS = 32
MU_HZ = GOOD / PERIOD_S


def by_turns(scheduler: str, load: float) -> fb.Scenario:
    good, bad = (fb.Given(success_probability=p, attempt_period_s=PERIOD_S) for p in (GOOD, BAD))
    users = ["u0", "u1"]
    return fb.Scenario(
        seed=SEED,
        duration_s=DURATION_S,
        control="ideal",
        scheduler=scheduler,
        memories=[fb.Memory(name="m", slots=1)],
        nodes=[fb.Node(name=name, memory="m") for name in ("hub", *users)],
        links=[
            fb.Link(name=name, node_a="hub", node_b=name, fiber=fb.Fiber(length_m=0), generation=how)
            for name, how in zip(users, (good, bad), strict=True)
        ],
        demands=[
            fb.Demand(name=name, node_a="hub", node_b=name, traffic=fb.Poisson(rate_hz=load * MU_HZ), reservation_s=1e-3)
            for name in users
        ],
        changes=[
            fb.Change(at_s=FRAME_S * frame, link=name, generation=good if (frame + k) % 2 == 0 else bad)
            for frame in range(1, FRAMES)
            for k, name in enumerate(users)
        ],
    )


def requests_hz(scheduler: str, load: float, status: str) -> list[Estimate]:
    """Of each demand, those that ended so."""
    requests = fb.run(by_turns(scheduler, load), replicas=REPLICAS, threads=1, progress=False).requests
    kept = requests["status"] == status
    counts = np.zeros((REPLICAS, 2))
    np.add.at(counts, (requests["replica"][kept], requests.codes("demand")[kept]), 1)
    return [estimate(counts[:, k] / DURATION_S) for k in range(2)]


def test_max_weight_serves_what_is_asked() -> None:
    """Queues stay bounded: of 3,600 requests a demand, those of the last frame may be open (1 / 80 of them)."""
    asked_hz = 0.45 * MU_HZ
    for done in requests_hz("max_weight", 0.45, "done"):
        assert_sampled(done, asked_hz * (1 - 0.5 / FRAMES), 0.5 / FRAMES, detects=0.05 * asked_hz)


def test_first_come_first_served_does_not() -> None:
    """Both demands always have requests, and alternate: each link has half of the time when it is good, and half when it is bad."""
    served_hz = (MU_HZ + MU_HZ * BAD / GOOD) / 4
    for done in requests_hz("fifo", 0.45, "done"):
        assert_sampled(done, served_hz, 0.02, detects=0.05 * served_hz)
    for left in requests_hz("fifo", 0.45, "open"):
        assert left.mean > 0.3 * 0.45 * MU_HZ
