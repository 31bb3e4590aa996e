"""What requests and answers hold, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=1000)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NodeNames = Annotated[list[Name], Field(min_length=2, max_length=10_000, description="From node_a to node_b.")]


class Asked(BaseModel):
    """A body of a request: nothing unknown, no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """A body of an answer."""

    model_config = ConfigDict(extra="forbid")


class Problem(Told):
    """Why a request was refused."""

    kind: str = Field(
        description="spec (the request is wrong), run (the run is over), under_way (the run goes on at the moment), controller "
        "(another controller steers), token, too_large, or http."
    )
    path: str = Field(description='JSON pointer into the body, or "".')
    found: str = Field(description="What is there.")
    allowed: str = Field(description="What may be there.")
    nearest: str = Field(description='The known name that is most like an unknown one, or "".')
    message: str = Field(description="All of it in one sentence.")


class Refused(Told):
    """The answer to a request that was refused."""

    error: Problem


class State(Told):
    """How far the run is."""

    name: str = Field(description="Of the scenario.")
    time_s: float = Field(description="Simulated time.")
    duration_s: float = Field(description="At which the run is over.")
    over: bool
    ended: str | None = Field(description="Why it is over: horizon, event_limit, wall_limit or deadlock.")
    events: int = Field(description="Simulated so far.")
    paced: bool = Field(description="Whether simulated time goes by the clock, not by requests.")
    controller: str | None = Field(description="Who steers.")
    controller_left_s: float = Field(description="Real seconds after which another may take over, if it is silent.")


class Advanced(State):
    """How far the run is now."""

    reached: bool = Field(description="Whether that is the time that was to be reached.")


class Advance(Asked):
    """One of both: the time to be reached, or how far from now it is."""

    until_s: Seconds | None = None
    by_s: Seconds | None = None


class Elements(Asked):
    """Nodes and links; of those that share a name the node is meant."""

    names: Annotated[list[Name], Field(min_length=1, max_length=10_000)]


class Ask(Asked):
    """Another request of a demand."""

    demand: Name
    pairs: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="null: the demand's pairs_per_request.")
    min_fidelity: Annotated[float, Field(ge=0, le=1)] = 0.0
    timeout_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(None, description="When it is given up.")


class Number(Told):
    """The number of a request among those of its demand."""

    demand: str
    request: int


class Install(Asked):
    """Routes of a demand, the preferred one first."""

    routes: Annotated[list[NodeNames], Field(min_length=1, max_length=1000)]
    release_others: bool = Field(True, description="Whether circuits that lead elsewhere are released now.")


class Route(Told):
    """A route in force."""

    nodes: list[str]
    usable: bool = Field(description="As far as is known.")


class Routes(Told):
    """Of one demand, the preferred one first."""

    demand: str
    installed: bool
    routes: list[Route]


class AllRoutes(Told):
    """Of all demands."""

    routes: list[Routes]


class Circuit(Told):
    """Booked memory slots along a route."""

    demand: str
    circuit: int
    state: str = Field(description="idle, asking, setting_up, up or releasing.")
    route: list[str]


class Circuits(Told):
    """Of all demands."""

    circuits: list[Circuit]


class Node(Told):
    """A node and what it has done."""

    node: str
    up: bool
    slots: int
    free_slots: int
    swaps: int
    failed_swaps: int
    lost_qubits: int
    cut_offs: int


class Nodes(Told):
    """All nodes."""

    nodes: list[Node]


class Link(Told):
    """A link and what it has done."""

    link: str
    node_a: str
    node_b: str
    up: bool
    known_down: bool
    attempts: int
    successes: int
    success_probability: float


class Links(Told):
    """All links."""

    links: list[Link]


class Demand(Told):
    """A demand for pairs; its counters are those after the warm-up."""

    demand: str
    requests_asked: int
    requests_done: int
    requests_timed_out: int
    requests_refused: int
    requests_open: int
    pairs: int
    rejected_pairs: int
    surplus_pairs: int
    fidelity_mean: float | None
    latency_mean_s: float | None
    routed: bool
    installed: bool


class Demands(Told):
    """All demands for pairs."""

    demands: list[Demand]


class OpenRequest(Told):
    """A request that is open."""

    demand: str
    request: int
    status: str
    circuit: int = Field(description="That serves it; -1: it waits.")
    asked_s: float
    started_s: float | None
    pairs_asked: int = Field(description="0: without end.")
    pairs_delivered: int
    due_s: float | None
    min_fidelity: float


class OpenRequests(Told):
    """All that are open."""

    requests: list[OpenRequest]


class EndedRequest(Told):
    """A request that has ended."""

    number: int = Field(description="In the order in which they ended.")
    demand: str
    request: int
    status: str
    circuit: int
    asked_s: float
    started_s: float | None
    pairs_asked: int
    pairs_delivered: int
    finished_s: float | None
    reason: str


class EndedRequests(Told):
    """The latest, as far as they are kept."""

    ended_requests: list[EndedRequest]


class Pair(Told):
    """A pair that was delivered."""

    number: int = Field(description="In the order in which they were delivered.")
    demand: str
    request: int
    delivered_s: float
    latency_s: float
    age_s: float
    swaps: int
    fidelity: float
    xx: float
    yy: float
    zz: float
    basis_a: str | None = Field(description="z or x; null: it was not measured.")
    basis_b: str | None
    outcome_a: int
    outcome_b: int


class Pairs(Told):
    """The latest, as far as they are kept."""

    pairs: list[Pair]
