"""requsim 0.4: a chain of 9 stations 20 km apart, one memory a side, swap as soon as possible.

A link takes a geometric number of 200 us trials of success probability 0.8 exp(-20/22); the inner memories dephase with 0.1
s; Bell measurements depolarise their two qubits with 1 %. requsim has no classical messages. It ships a protocol for two
links only, so the rule (start a link when both its memories are free, swap when a station holds both halves) is written
here. Prints one line of JSON.
"""

import itertools
import json
import sys
import time

import numpy as np
import requsim.libs.matrix as mat
from requsim.events import EntanglementSwappingEvent
from requsim.noise import NoiseChannel, NoiseModel
from requsim.quantum_objects import SchedulingSource, Station
from requsim.tools.noise_channels import z_noise_channel
from requsim.world import World

STATIONS, LENGTH_M, TRIAL_S, DEPHASING_S = 9, 20e3, 2e-4, 0.1
SUCCESS = 0.8 * np.exp(-20 / 22)
pairs_wanted = int(sys.argv[1])

np.random.seed(1)
world = World()
dephasing = NoiseChannel(
    n_qubits=1, channel_function=lambda rho, t: z_noise_channel(rho=rho, epsilon=(1 - np.exp(-t / DEPHASING_S)) / 2)
)
bell_measurement = NoiseModel(
    channel_before=NoiseChannel(n_qubits=2, channel_function=lambda rho: 0.99 * rho + 0.01 * np.trace(rho) * mat.I(4) / 4)
)
stations = [
    Station(
        world=world,
        position=LENGTH_M * i,
        memory_noise=dephasing if 0 < i < STATIONS - 1 else None,
        BSM_noise_model=bell_measurement,
    )
    for i in range(STATIONS)
]
sources = [
    SchedulingSource(
        world=world,
        position=a.position,
        target_stations=[a, b],
        time_distribution=lambda source: np.random.geometric(SUCCESS) * TRIAL_S,
        state_generation=lambda source: mat.phiplus @ mat.H(mat.phiplus),
    )
    for a, b in itertools.pairwise(stations)
]
index = {station: i for i, station in enumerate(stations)}
under_way = [False] * len(sources)
fidelities = []


def act():
    """Deliver, swap and start what can be delivered, swapped and started now."""
    rightwards, leftwards = {}, {}
    for pair in list(world.world_objects.get("Pair", [])):
        left, right = sorted(index[q._info["station"]] for q in pair.qubits)
        if (left, right) == (0, STATIONS - 1):
            fidelities.append(np.real((mat.H(mat.phiplus) @ pair.state @ mat.phiplus)[0, 0]))
            for qubit in pair.qubits:
                qubit.destroy()
            pair.destroy()
            continue
        rightwards[left], leftwards[right] = pair, pair
        if right == left + 1:
            under_way[left] = False
    for i, source in enumerate(sources):
        if i not in rightwards and i + 1 not in leftwards and not under_way[i]:
            under_way[i] = True
            source.schedule_event()
    for i in range(1, STATIONS - 1):
        if i in leftwards and i in rightwards:
            world.event_queue.add_event(
                EntanglementSwappingEvent(
                    time=world.event_queue.current_time, pairs=[leftwards[i], rightwards[i]], station=stations[i]
                )
            )
            return  # the next one after this one has happened


start = time.process_time()
while len(fidelities) < pairs_wanted:
    act()
    world.event_queue.resolve_next_event()
cpu_s = time.process_time() - start
print(
    json.dumps(
        {
            "pairs_per_cpu_s": pairs_wanted / cpu_s,
            "pairs_per_s": pairs_wanted / world.event_queue.current_time,
            "fidelity": float(np.mean(fidelities)),
            "cpu_s": cpu_s,
        }
    )
)
