"""A slow, plain-Python model of a run as `docs/physics/protocol.md` defines it.

It shares nothing with the product: its own random numbers, clock, states, routes and protocols. Start reading in `run`.
"""
