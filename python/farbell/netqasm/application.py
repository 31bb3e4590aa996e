"""An application of the NetQASM SDK: a folder with a file a role, and what may stand beside them."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farbell._core import Scenario, SpecError
from farbell._extras import require
from farbell.netqasm.network import from_network_config, fully_connected
from farbell.topology.network import nearest

__all__ = ["Application", "load"]


@dataclass(frozen=True)
class Application:
    """What :func:`load` found.

    Attributes
    ----------
    folder : Path
        Where it lies.
    roles : dict of str
        Role -> name of its node.
    inputs : dict of dict
        Role -> arguments of its ``main``, beside ``app_config``.
    scenario : Scenario
        The network on which it runs.

    Examples
    --------
    >>> from pathlib import Path
    >>> import farbell as fb, farbell.netqasm
    >>> _ = Path("app_alice.py").write_text("def main(app_config, n=1): return n + 1")
    >>> application = fb.netqasm.load(".", inputs={"alice": {"n": 3}})
    >>> application.roles, application.inputs
    ({'alice': 'alice'}, {'alice': {'n': 3}})
    """

    folder: Path
    roles: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, Any]]
    scenario: Scenario

    @property
    def node_names(self) -> list[str]:
        """In the order of the scenario; the SDK numbers nodes so."""
        return [node.name for node in self.scenario.nodes]

    def reachable(self, node: str) -> tuple[str, ...]:
        """The other roles' nodes to which links lead."""
        found = [node]
        for here in found:
            for link in self.scenario.links:
                ends = [link.node_a, link.node_b]
                if here in ends:
                    ends.remove(here)
                    found += [end for end in ends if end not in found]
        return tuple(each for each in self.roles.values() if each in found and each != node)

    def main(self, role: str) -> Callable[[], Any]:
        """Its ``main`` with all arguments; runs what the file has outside of functions."""
        from netqasm.runtime.app_config import AppConfig
        from netqasm.sdk.config import LogConfig

        main = importlib.import_module(f"app_{role}").main
        inputs = self.inputs[role]
        # Applications take paths from it, in which nothing is written.
        logs = LogConfig(log_subroutines_dir=str(self.folder), comm_log_dir=str(self.folder), app_dir=str(self.folder))
        config = AppConfig(app_name=role, node_name=self.roles[role], main_func=main, log_config=logs, inputs=dict(inputs))
        return lambda: main(app_config=config, **inputs)

    def forget(self) -> None:
        """The folder's modules, so that the next replica begins with fresh ones."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file is not None and Path(file).is_relative_to(self.folder):
                del sys.modules[name]
        for role in self.roles:
            sys.modules.pop(f"app_{role}", None)


def load(
    folder: str | Path, *, network: Scenario | None = None, inputs: Mapping[str, Mapping[str, Any]] | None = None
) -> Application:
    """Reads the folder of an application; runs nothing of it.

    Parameters
    ----------
    folder : str or Path
        With a file ``app_ROLE.py`` for each role, and perhaps ``roles.yaml`` (role -> node; left out: nodes are named as their
        roles), ``ROLE.yaml`` (arguments of a role's ``main``) and ``network.yaml``.
    network : Scenario, optional
        In place of ``network.yaml``. If there is neither: all nodes are joined by ideal links.
    inputs : dict, optional
        Role -> arguments, before those of ``ROLE.yaml``.

    Raises
    ------
    SpecError
        If anything in it is wrong.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> import farbell as fb, farbell.netqasm
    >>> _ = Path("app_alice.py").write_text("def main(app_config): return 'done'")
    >>> _ = Path("roles.yaml").write_text("alice: delft")
    >>> application = fb.netqasm.load(".")
    >>> application.node_names
    ['delft']
    >>> fb.netqasm.run(application).returned
    [{'alice': 'done'}]
    """
    folder = Path(folder).resolve()
    found = sorted(path.stem.removeprefix("app_") for path in folder.iterdir() if path.match("app_*.py"))
    if not found:
        raise SpecError("APPDIR", str(folder), "a folder with a file app_ROLE.py for each role")
    roles = _roles(folder, found)
    config = _read_yaml(folder / "network.yaml")
    if network is None:
        network = fully_connected(list(roles.values())) if config is None else from_network_config(config)
    names = [node.name for node in network.nodes]
    for role, node in roles.items():
        if node not in names:
            raise SpecError(f"roles.yaml/{role}", repr(node), "names of nodes of the network", nearest(str(node), names))
    return Application(folder, roles, _inputs(folder, roles, inputs or {}), network)


def _read_yaml(path: Path) -> Any:
    """None if there is no such file. Plain values only: YAML can name code to run."""
    if not path.exists():
        return None
    yaml = require("yaml", f"reading {path.name}")
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SpecError(path.name, " ".join(str(error).split()), "plain YAML") from None


def _roles(folder: Path, found: list[str]) -> dict[str, str]:
    given = _read_yaml(folder / "roles.yaml")
    if given is None:
        return {role: role for role in found}
    if not isinstance(given, dict):
        raise SpecError("roles.yaml", repr(given), "role: node, one a line")
    for role in given:
        if role not in found:
            raise SpecError(
                f"roles.yaml/{role}", "no file app_ROLE.py of that role", "roles with a file", nearest(str(role), found)
            )
    nodes: dict[str, str] = {}
    for role in found:
        if role not in given:
            raise SpecError("roles.yaml", f"no node for the role {role!r}", "a node for every file app_ROLE.py")
        other = nodes.setdefault(given[role], role)
        if other != role:
            raise SpecError(f"roles.yaml/{role}", f"{given[role]!r}, which has the role {other!r}", "one role a node")
    return {role: given[role] for role in found}


def _inputs(folder: Path, roles: Mapping[str, str], given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    for role in given:
        if role not in roles:
            raise SpecError(f"inputs/{role}", repr(role), "roles of the application", nearest(str(role), list(roles)))
    found = {}
    for role in roles:
        own = _read_yaml(folder / f"{role}.yaml")
        if not isinstance(own, dict | None):
            raise SpecError(f"{role}.yaml", repr(own), "argument: value, one a line")
        found[role] = {**(own or {}), **given.get(role, {})}
        known = _arguments(folder / f"app_{role}.py")
        for name in found[role]:
            if known is not None and name not in known:
                raise SpecError(
                    f"inputs/{role}/{name}",
                    repr(name),
                    f"arguments of main(): {', '.join(known) or 'none'}",
                    nearest(str(name), known),
                )
    return found


def _arguments(file: Path) -> list[str] | None:
    """Of the function `main` of a file, beside `app_config`; None: it takes any, or is not written there."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    except SyntaxError as error:
        raise SpecError(f"{file.name}:{error.lineno}", error.msg, "Python") from None
    mains = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    if not mains or mains[-1].args.kwarg is not None:
        return None
    arguments = mains[-1].args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if each.arg != "app_config"]
