"""Applications of the NetQASM SDK, run unchanged on Farbell's networks; needs the extra ``farbell[netqasm]``."""

from farbell.netqasm.application import Application, load
from farbell.netqasm.network import from_network_config, fully_connected
from farbell.netqasm.running import Outcome, run

__all__ = ["Application", "Outcome", "from_network_config", "fully_connected", "load", "run"]
