"""SeQUeNCe 1.3.1 (Python 3.12): three routers, Barrett-Kok links of 10 km with midpoint stations, kets, its own RSVP.

0.2 dB/km, detectors 0.8 without dark counts, memory efficiency 0.9, 2 kHz memories without decay, one memory a link end,
messages take 50 us between any two nodes. One request for one pair at a time, for the whole run. Prints one line of JSON.
"""

import contextlib
import json
import sys
import tempfile
import time

import sequence.entanglement_management.generation as generation
from sequence.app.request_app import RequestApp
from sequence.topology.router_net_topo import RouterNetTopo

ROUTERS, MEMORIES, PS_PER_S = 3, 1, 10**12
HALF_M, HALF_PS = 5000.0, 25_000_000
simulated_s = float(sys.argv[1])

routers = [f"r{i}" for i in range(ROUTERS)]
stations = [f"B{i}" for i in range(ROUTERS - 1)]
detector = {"efficiency": 0.8, "dark_count": 0, "count_rate": 5e7, "time_resolution": 100}
network = {
    "stop_time": 10**23,
    "formalism": "ket_vector",
    "templates": {
        "router": {"MemoryArray": {"fidelity": 0.99, "efficiency": 0.9, "coherence_time": -1, "frequency": 2e3}},
        "station": {"SingleAtomBSM": {"detectors": [detector, detector]}},
    },
    "nodes": [
        {
            "name": r,
            "type": "QuantumRouter",
            "seed": i,
            "template": "router",
            "memo_size": MEMORIES if r in (routers[0], routers[-1]) else 2 * MEMORIES,
        }
        for i, r in enumerate(routers)
    ]
    + [{"name": s, "type": "BSMNode", "seed": 1000 + i, "template": "station"} for i, s in enumerate(stations)],
    "qchannels": [
        {"source": r, "destination": s, "distance": HALF_M, "attenuation": 0.2e-3}
        for i, s in enumerate(stations)
        for r in routers[i : i + 2]
    ],
    "cchannels": [
        {"source": x, "destination": y, "delay": HALF_PS}
        for i, s in enumerate(stations)
        for r in routers[i : i + 2]
        for x, y in ((r, s), (s, r))
    ]
    + [{"source": a, "destination": b, "delay": 2 * HALF_PS} for a in routers for b in routers if a != b],
}
for protocol in (generation.EntanglementGenerationA, generation.EntanglementGenerationB):
    protocol.set_global_type("barret_kok")  # the library's spelling
with tempfile.NamedTemporaryFile("w", suffix=".json") as file, contextlib.redirect_stdout(sys.stderr):
    json.dump(network, file)
    file.flush()
    topology = RouterNetTopo(file.name)
    timeline = topology.tl
    here, there = (RequestApp(timeline.get_entity_by_name(r)) for r in (routers[0], routers[-1]))
    timeline.init()
    begin = PS_PER_S // 5  # after the reservation's set-up
    here.start(routers[-1], begin, begin + int(simulated_s * PS_PER_S), MEMORIES, 1e-3)
    timeline.stop_time = begin
    timeline.run()
    start = time.process_time()
    timeline.stop_time = begin + int(simulated_s * PS_PER_S)
    timeline.run()
    cpu_s = time.process_time() - start
pairs = here.memory_counter
print(json.dumps({"pairs_per_cpu_s": pairs / cpu_s, "pairs_per_s": pairs / simulated_s, "cpu_s": cpu_s}))
