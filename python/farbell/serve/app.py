"""The REST interface as an ASGI application, and the document that describes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from farbell import _core
from farbell._core import InternalError, RunError, SpecError
from farbell._nearest import nearest
from farbell.live_run import LiveRun
from farbell.serve import bodies
from farbell.serve.gate import MOST_BYTES, App, Gate
from farbell.serve.session import Session, Taken, UnderWay
from farbell.serve.wire import CONTROLLER, CONTROLLER_NAME, PREFIX, rows_of

__all__ = ["application", "document"]

Controller = Annotated[
    str,
    Header(
        alias=CONTROLLER,
        pattern=f"^{CONTROLLER_NAME.pattern}$",
        description="Who acts: any name. The first that acts steers until it gives up, or is silent for too long.",
    ),
]
DemandName = Annotated[str, Path(description="Name of a demand for pairs.", max_length=1000)]
First = Annotated[int, Query(ge=0, lt=2**53, description="Number of the first row that is wanted.")]

_REFUSALS = {
    400: "The body is no JSON.",
    401: "The token is missing or wrong.",
    404: "There is nothing of that name.",
    409: "Another controller steers, the run goes on at the moment, or it is over.",
    413: f"The body has more than {MOST_BYTES:,} bytes.",
    422: "What was sent is wrong; the answer says where, and what may be there.",
}


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": bodies.Refused, "description": _REFUSALS[status]} for status in statuses}


async def _known_queries(request: Request) -> None:
    """Nothing that was said is passed over."""
    known = [parameter.alias for parameter in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in known:
            allowed = f"one of {', '.join(known)}" if known else "no parameters"
            raise SpecError("/query", json.dumps(name), allowed, nearest(name, known))


_LOOKS, _ACTS = _answers(401, 413, 422), _answers(400, 401, 409, 413, 422)


def _problem(
    status: int, kind: str, path: str, found: str, allowed: str, near: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    message = (
        str(SpecError(path, found, allowed, near)) if kind in ("spec", "http") else f"{found}; {allowed}" if allowed else found
    )
    error = {"kind": kind, "path": path, "found": found, "allowed": allowed, "nearest": near, "message": message}
    return JSONResponse({"error": error}, status, headers)


def _refusal(status: int, headers: dict[str, str], kind: str, found: str, allowed: str) -> App:
    return cast(App, _problem(status, kind, "", found, allowed, headers=headers))


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """What pydantic says of a request, as the rest of farbell says it."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if first["type"] == "json_invalid":
        return _problem(400, "spec", "", "a body that is no JSON", str(first.get("ctx", {}).get("error", "JSON")))
    path = "/" + "/".join(place[1:]) if place[:1] == ["body"] else "/" + "/".join(place)
    found = "nothing" if first["type"] == "missing" else json.dumps(first.get("input"), default=str)
    near = ""
    if first["type"] == "extra_forbidden":
        body = request.scope["route"].body_field.field_info.annotation
        near = nearest(place[-1], body.model_fields)
        path, found, allowed = path.rsplit("/", 1)[0], json.dumps(place[-1]), f"a field: {', '.join(body.model_fields)}"
    else:
        allowed = first["msg"][:1].lower() + first["msg"][1:]
    return _problem(422, "spec", path if len(place) > 1 else "", found[:200], allowed, near)


def _handlers(app: FastAPI) -> None:
    def handler(kind: type[Exception]) -> Callable[[Any], Any]:
        return app.exception_handler(kind)

    @handler(SpecError)
    async def wrong(request: Request, error: SpecError) -> JSONResponse:
        unknown = error.path == "/demand" and "demand" in request.path_params
        return _problem(404 if unknown else 422, "spec", error.path, error.found, error.allowed, error.nearest)

    @handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid(request, error)

    @handler(Taken)
    async def taken(request: Request, error: Taken) -> JSONResponse:
        found = f"controller {error.holder} steers this run"
        return _problem(409, "controller", "", found, f"it gives up, or is silent for {error.left_s:.1f} s more")

    @handler(UnderWay)
    async def under_way(request: Request, error: UnderWay) -> JSONResponse:
        return _problem(409, "under_way", "", "the run goes on at the moment", "nobody acts on it until it has stopped")

    @handler(RunError)
    async def over(request: Request, error: RunError) -> JSONResponse:
        return _problem(409, "run", "", str(error), "")

    @handler(InternalError)
    async def bug(request: Request, error: InternalError) -> JSONResponse:
        return _problem(500, "bug", "", f"a bug in farbell, please report it: {error}", "")

    @handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        found = f"{request.method} {request.url.path}"
        return _problem(error.status_code, "http", "", found, "a path and method of /openapi.json", headers=error.headers)


def _state(run: LiveRun, session: Session) -> bodies.State:
    lease = session.lease
    return bodies.State(
        name=run.scenario.name,
        time_s=run.time_s,
        duration_s=run.duration_s,
        over=run.over,
        ended=run.ended,
        events=run.events,
        paced=session.paced,
        controller=lease.holder,
        controller_left_s=lease.left_s,
    )


def _routes(run: LiveRun, demand: str) -> bodies.Routes:
    routes = [bodies.Route(nodes=list(route.nodes), usable=route.usable) for route in run.routes_of(demand)]
    return bodies.Routes(demand=demand, installed=run.installed(demand), routes=routes)


def _looks(app: APIRouter, session: Session) -> None:
    """Paths that change nothing."""

    @app.get("", responses=_LOOKS, tags=["run"])
    def state() -> bodies.State:
        """How far the run is, and who steers."""
        return session.look(lambda run: _state(run, session))

    @app.get("/nodes", responses=_LOOKS, tags=["network"])
    def nodes() -> bodies.Nodes:
        """All nodes: whether they are up, their memory slots, their counters."""
        return bodies.Nodes(nodes=rows_of(session.look(lambda run: run.nodes), "nodes"))

    @app.get("/links", responses=_LOOKS, tags=["network"])
    def links() -> bodies.Links:
        """All links: whether they are up, and their counters."""
        return bodies.Links(links=rows_of(session.look(lambda run: run.links), "links"))

    @app.get("/demands", responses=_LOOKS, tags=["requests"])
    def demands() -> bodies.Demands:
        """All demands for pairs: their requests and pairs."""
        return bodies.Demands(demands=rows_of(session.look(lambda run: run.demands), "demands"))

    @app.get("/requests", responses=_LOOKS, tags=["requests"])
    def requests() -> bodies.OpenRequests:
        """The requests that are open."""
        rows = rows_of(session.look(lambda run: run.requests), "requests")
        return bodies.OpenRequests(requests=rows)

    @app.get("/requests/ended", responses=_LOOKS, tags=["requests"])
    def ended_requests(first: First = 0) -> bodies.EndedRequests:
        """The latest requests that have ended."""
        rows = rows_of(session.look(lambda run: run.ended_requests(first)), "ended_requests")
        return bodies.EndedRequests(ended_requests=rows)

    @app.get("/pairs", responses=_LOOKS, tags=["requests"])
    def pairs(first: First = 0) -> bodies.Pairs:
        """The latest pairs that were delivered."""
        return bodies.Pairs(pairs=rows_of(session.look(lambda run: run.pairs(first)), "pairs"))

    @app.get("/circuits", responses=_LOOKS, tags=["routes"])
    def circuits() -> bodies.Circuits:
        """The circuits of all demands, and the routes that they take."""
        found = [bodies.Circuit(**{**c._asdict(), "route": list(c.route)}) for c in session.look(lambda run: run.circuits)]
        return bodies.Circuits(circuits=found)

    @app.get("/routes", responses=_LOOKS, tags=["routes"])
    def routes() -> bodies.AllRoutes:
        """The routes that each demand may take now."""
        return bodies.AllRoutes(routes=session.look(lambda run: [_routes(run, name) for name in run.demand_names]))

    @app.get("/routes/{demand:path}", responses={**_LOOKS, **_answers(404)}, tags=["routes"])
    def routes_of_demand(demand: DemandName) -> bodies.Routes:
        """The routes that a demand may take now."""
        return session.look(lambda run: _routes(run, demand))


def _acts(app: APIRouter, session: Session, stop: Callable[[], None]) -> None:
    """Paths that change the run, for one controller at a time."""

    def state_after(controller: str, action: Callable[[LiveRun], object]) -> bodies.State:
        def act(run: LiveRun) -> bodies.State:
            action(run)
            return _state(run, session)

        return session.act(controller, act)

    @app.post("/advance", responses=_ACTS, tags=["run"])
    async def advance(body: bodies.Advance, request: Request, controller: Controller) -> bodies.Advanced:
        """Simulates what happens up to a time. It stops on the way if whoever asked for it hangs up."""

        def target(run: LiveRun) -> float:
            return run.time_to_reach(until_s=body.until_s, by_s=body.by_s)

        with session.going_on(controller):
            until_s = await run_in_threadpool(session.look, target)
            while not await run_in_threadpool(session.step, until_s, controller):
                if await request.is_disconnected():
                    break
        state = await run_in_threadpool(session.look, lambda run: _state(run, session))
        return bodies.Advanced(**state.model_dump(), reached=state.time_s >= until_s)

    @app.post("/fail", responses=_ACTS, tags=["network"])
    def fail(body: bodies.Elements, controller: Controller) -> bodies.State:
        """Takes nodes and links down until they are restored."""
        return state_after(controller, lambda run: run.fail(*body.names))

    @app.post("/restore", responses=_ACTS, tags=["network"])
    def restore(body: bodies.Elements, controller: Controller) -> bodies.State:
        """Puts nodes and links back that were taken down."""
        return state_after(controller, lambda run: run.restore(*body.names))

    @app.post("/requests", responses=_ACTS, tags=["requests"])
    def ask(body: bodies.Ask, controller: Controller) -> bodies.Number:
        """Asks for pairs, as another request of a demand."""

        def act(run: LiveRun) -> int:
            return run.ask(body.demand, pairs=body.pairs, min_fidelity=body.min_fidelity, timeout_s=body.timeout_s)

        return bodies.Number(demand=body.demand, request=session.act(controller, act))

    @app.put("/routes/{demand:path}", responses={**_ACTS, **_answers(404)}, tags=["routes"])
    def install_routes(demand: DemandName, body: bodies.Install, controller: Controller) -> bodies.Routes:
        """Gives a demand its routes, in place of those that routing finds."""

        def act(run: LiveRun) -> bodies.Routes:
            run.install_routes(demand, body.routes, release_others=body.release_others)
            return _routes(run, demand)

        return session.act(controller, act)

    @app.delete("/routes/{demand:path}", responses={**_ACTS, **_answers(404)}, tags=["routes"])
    def remove_routes(
        demand: DemandName, controller: Controller, release_others: Literal["true", "false"] = "true"
    ) -> bodies.Routes:
        """Leaves a demand whose routes were installed to routing again."""

        def act(run: LiveRun) -> bodies.Routes:
            run.remove_routes(demand, release_others=release_others == "true")
            return _routes(run, demand)

        return session.act(controller, act)

    @app.delete("/controller", responses=_ACTS, tags=["run"])
    def give_up(controller: Controller) -> bodies.State:
        """Lets another controller steer."""
        session.give_up(controller)
        return session.look(lambda run: _state(run, session))

    @app.post("/shutdown", responses=_ACTS, tags=["run"])
    def shutdown(controller: Controller) -> bodies.State:
        """Ends the server, which saves the results if it was told to."""
        state = state_after(controller, lambda run: None)
        stop()
        return state


async def _by_the_clock(session: Session, pace: float) -> None:
    """Simulated seconds pass at so many a second of real time, as far as the run can follow."""
    loop = asyncio.get_running_loop()
    start_s, duration_s = await run_in_threadpool(session.look, lambda run: (run.time_s, run.duration_s))
    began = loop.time()
    while not session.closing:
        until_s = min(duration_s, start_s + pace * (loop.time() - began))
        await run_in_threadpool(session.step_by_clock, until_s)
        await asyncio.sleep(0.02)


def _api(session: Session, stop: Callable[[], None], pace: float | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        clock = asyncio.create_task(_by_the_clock(session, pace)) if pace is not None else None
        yield
        session.closing = True
        if clock is not None:
            await clock

    app = FastAPI(
        title="Farbell",
        version=_core.__version__,
        summary="A simulated quantum network, steered from outside.",
        description="Simulated time passes by `advance` only, unless the server was told to keep pace with the clock.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # A path with a slash too many is another one.
        redirect_slashes=False,
    )
    # The gate looks at the token; this says so in the document.
    router = APIRouter(prefix=PREFIX, dependencies=[Security(HTTPBearer(auto_error=False)), Depends(_known_queries)])
    _looks(router, session)
    _acts(router, session, stop)
    app.include_router(router)
    _handlers(app)
    return app


def application(session: Session, token: str, stop: Callable[[], None], pace: float | None = None) -> App:
    """The whole interface.

    Parameters
    ----------
    session : Session
        What it is about.
    token : str
        Which every request has to bring.
    stop : callable
        Ends the server.
    pace : float, optional
        Simulated seconds that pass in a second of real time.
    """
    return Gate(cast(App, _api(session, stop, pace)), token, _refusal)


def document() -> dict[str, Any]:
    """The OpenAPI document of the interface, whatever run is behind it."""
    # Paths are made without a look at the run.
    app = _api(Session(cast(LiveRun, None), 60.0), lambda: None, None)
    return {**app.openapi(), "servers": [{"url": "http://127.0.0.1:8765"}]}
