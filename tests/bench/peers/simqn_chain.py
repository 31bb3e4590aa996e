"""SimQN 0.2.3 (PyPI: qns): a chain of 9 nodes, its own EntanglementDistributionApp from end to end.

Links never fail (send rate 1,000 pairs/s, Werner 0.99), channels and messages take 100 us, memories do not decay, swaps
always succeed: what the shipped application expresses. `bandwidth=0` lifts its default limit of one qubit a second. Prints
one line of JSON.
"""

import json
import sys
import time

from qns.network import QuantumNetwork
from qns.network.protocol.entanglement_distribution import EntanglementDistributionApp
from qns.network.route.dijkstra import DijkstraRouteAlgorithm
from qns.network.topology import LineTopology
from qns.network.topology.topo import ClassicTopology
from qns.simulator.simulator import Simulator

NODES, RATE_HZ, DELAY_S = 9, 1000, 1e-4
simulated_s = float(sys.argv[1])

simulator = Simulator(0, simulated_s, accuracy=1_000_000)
topology = LineTopology(
    NODES,
    nodes_apps=[EntanglementDistributionApp(init_fidelity=0.99)],
    qchannel_args={"delay": DELAY_S, "bandwidth": 0},
    cchannel_args={"delay": DELAY_S, "bandwidth": 0},
    memory_args=[{"capacity": 50}],
)
network = QuantumNetwork(topo=topology, classic_topo=ClassicTopology.All, route=DijkstraRouteAlgorithm())
network.build_route()
network.add_request(network.nodes[0], network.nodes[-1], attr={"send_rate": RATE_HZ})
network.install(simulator)
start = time.process_time()
simulator.run()
cpu_s = time.process_time() - start
app = network.nodes[-1].get_apps(EntanglementDistributionApp)[0]
print(
    json.dumps(
        {
            "pairs_per_cpu_s": app.success_count / cpu_s,
            "pairs_per_s": app.success_count / simulated_s,
            "fidelity": app.success[-1].fidelity,
            "cpu_s": cpu_s,
        }
    )
)
