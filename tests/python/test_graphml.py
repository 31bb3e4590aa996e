"""GraphML: the Zoo's files are read, and everything that is not plain GraphML is refused with its place."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farbell as fb

DATA = Path(__file__).parent / "data"
HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
KEYS = (
    '<key id="km" for="edge" attr.name="length_km" attr.type="double"/>\n'
    '<key id="name" for="node" attr.name="label" attr.type="string"/>\n'
)
TWO_NODES = '<node id="a"/><node id="b"/>\n'


def refused(tmp_path: Path, content: str | bytes, **options: object) -> fb.SpecError:
    path = tmp_path / "net.graphml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    start = time.process_time()
    with pytest.raises(fb.SpecError) as error:
        fb.from_graphml(path, **options)
    assert time.process_time() - start < 5
    return error.value


def read(tmp_path: Path, graph: str, **options: object) -> fb.Scenario:
    path = tmp_path / "net.graphml"
    path.write_text(f"{HEAD}{KEYS}<graph edgedefault='undirected'>{graph}</graph></graphml>", encoding="utf-8")
    return fb.from_graphml(path, **{"length_attribute": "length_km", **options})


@pytest.mark.parametrize("name, nodes, links", [("Surfnet", 50, 68), ("Abilene", 11, 14)])
def test_files_of_the_topology_zoo(name: str, nodes: int, links: int) -> None:
    scenario = fb.from_graphml(DATA / f"{name}.graphml", detour_factor=1.5)
    assert (len(scenario.nodes), len(scenario.links)) == (nodes, links)
    shipped = fb.topology.from_map(name.lower(), detour_factor=1.5)
    assert (scenario.nodes, scenario.links) == (shipped.nodes, shipped.links)


def test_merged_links_of_surfnet_are_listed() -> None:
    merged = ["Groningen--Assen", "Houten--Utrecht", "Heerlen--Maastricht", "Bergen op Zoom--Breda", "Rotterdam--Delft"]
    expected = ", ".join(f"{link} (2)" for link in merged)
    notes = fb.from_graphml(DATA / "Surfnet.graphml", detour_factor=1.5).notes
    assert f"Merged parallel links, the shortest of each kept: {expected}." in notes


def test_coordinates_without_a_detour_factor_are_refused() -> None:
    with pytest.raises(fb.SpecError, match="detour_factor") as error:
        fb.from_graphml(DATA / "Surfnet.graphml")
    assert error.value.path.startswith("Surfnet.graphml:")


def test_lengths_from_an_attribute(tmp_path: Path) -> None:
    edges = '<edge source="a" target="b"><data key="km"> 12.5 </data></edge>'
    assert read(tmp_path, TWO_NODES + edges).links[0].fiber.length_m == 12_500


def test_defaults_of_keys_hold_where_nothing_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "net.graphml"
    path.write_text(
        '<graphml><key id="k" for="edge" attr.name="length_km"><default>7</default></key><graph edgedefault="directed">'
        f'{TWO_NODES}<edge source="a" target="b"/></graph></graphml>'
    )
    scenario = fb.from_graphml(path, length_attribute="length_km")
    assert scenario.links[0].fiber.length_m == 7_000
    assert "The graph is directed; its links are used both ways." in scenario.notes


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"quoted\" & 'so'", "Zürich — 東京 🙂", "a--b", "x->y"])
def test_names_are_kept_as_they_are(tmp_path: Path, name: str) -> None:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    graph = (
        f'<node id="a"><data key="name">{escaped}</data></node><node id="b"/>'
        '<edge source="a" target="b"><data key="km">1</data></edge>'
    )
    scenario = read(tmp_path, graph)
    assert [node.name for node in scenario.nodes] == [name, "b"]
    assert fb.Scenario.from_json(scenario.to_json()) == scenario


def test_shared_names_are_told_apart_and_listed(tmp_path: Path) -> None:
    nodes = "".join(
        f'<node id="{key}"><data key="name">{name}</data></node>'
        for key, name in [("1", "Springfield"), ("2", " Springfield\n"), ("3", "Springfield (1)"), ("4", "")]
    )
    edges = "".join(f'<edge source="1" target="{key}"><data key="km">1</data></edge>' for key in "234")
    scenario = read(tmp_path, nodes + edges)
    assert [node.name for node in scenario.nodes] == ["Springfield (1)'", "Springfield (2)", "Springfield (1)", "4"]
    assert "Names that several nodes share, or lack, got the node's id added: no name, 'Springfield'." in scenario.notes


def test_loops_and_parallels_are_listed(tmp_path: Path) -> None:
    edges = "".join(
        f'<edge source="{a}" target="{b}"><data key="km">{km}</data></edge>'
        for a, b, km in [("a", "b", 9), ("b", "a", 4), ("a", "a", 1), ("a", "b", 6)]
    )
    scenario = read(tmp_path, TWO_NODES + edges)
    assert [link.fiber.length_m for link in scenario.links] == [4_000]
    assert "Merged parallel links, the shortest of each kept: a--b (3)." in scenario.notes
    assert "Dropped loops: a (1)." in scenario.notes


@pytest.mark.parametrize(
    "content, place, found",
    [
        ("", "net.graphml:1:1", "no element found"),
        ("nonsense", "net.graphml:1:1", "syntax error"),
        (b"\xff\xfe\x00\xd8", "net.graphml:1:", ""),
        ("<graphml><graph></graphml>", "net.graphml:1:", "mismatched tag"),
        ("<html><body/></html>", "net.graphml:1:1", "<html>"),
        ('<?xml version="1.0" encoding="klingon"?><graphml/>', "net.graphml:", "klingon"),
        (f"{HEAD}<grap/></graphml>", "net.graphml:2:1", "<grap> in <graphml>"),
        (f"{HEAD}<graph><graph/></graph></graphml>", "net.graphml:2:8", "<graph> in <graph>"),
        (f"{HEAD}<graph/><graph/></graphml>", "net.graphml:2:9", "a second <graph>"),
        (f"{HEAD}<graph><hyperedge/></graph></graphml>", "net.graphml:2:8", "<hyperedge> in <graph>"),
        (f"{HEAD}<graph><node/></graph></graphml>", "net.graphml:2:8", "<node> without id"),
        (f'{HEAD}<graph><node id="a"/><node id="a"/></graph></graphml>', "net.graphml:2:22", "a second <node> 'a'"),
        (f'{HEAD}<graph>{TWO_NODES}<edge source="a"/></graph></graphml>', "net.graphml:3:1", "<edge> without target"),
        (
            f'{HEAD}<graph>{TWO_NODES}<edge source="a" target="c"/></graph></graphml>',
            "net.graphml:3:1",
            "an edge to 'c'",
        ),
        (f'{HEAD}<graph><node id="a"><data key="x"/></node></graph></graphml>', "net.graphml:2:21", "key 'x'"),
        (f'{HEAD}<key id="k"/><key id="k"/></graphml>', "net.graphml:2:14", "a second <key> 'k'"),
        (f"{HEAD}</graphml>", "net.graphml", "no <node>"),
        (f"{HEAD}<graph>{TWO_NODES}</graph></graphml>", "net.graphml", "2 nodes and no link"),
    ],
)
def test_what_is_not_graphml_is_refused_with_its_place(tmp_path: Path, content: str, place: str, found: str) -> None:
    error = refused(tmp_path, content, detour_factor=1.5)
    assert error.path.startswith(place)
    assert found in error.found


@pytest.mark.parametrize(
    "latitude, longitude, found",
    [
        ("91", "0", "'91'"),
        ("0", "-180.5", "'-180.5'"),
        ("north", "0", "'north'"),
        ("nan", "0", "'nan'"),
        ("1_0", "0", "'1_0'"),
    ],
)
def test_coordinates_out_of_range_are_refused(tmp_path: Path, latitude: str, longitude: str, found: str) -> None:
    keys = '<key id="y" for="node" attr.name="Latitude"/><key id="x" for="node" attr.name="Longitude"/>'
    node = f'<node id="a"><data key="y">{latitude}</data><data key="x">{longitude}</data></node>'
    content = f'{HEAD}{keys}<graph>\n{node}<node id="b"/><edge source="a" target="b"/></graph></graphml>'
    error = refused(tmp_path, content, detour_factor=1.5)
    assert (error.path, error.found) == ("net.graphml:3:1", found)


def test_one_coordinate_alone_is_refused(tmp_path: Path) -> None:
    keys = '<key id="y" for="node" attr.name="Latitude"/>'
    node = '<node id="a"><data key="y">1</data></node>'
    error = refused(tmp_path, f"{HEAD}{keys}<graph>{node}</graph></graphml>", detour_factor=1.5)
    assert "without a longitude" in error.found


BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE graphml [<!ENTITY e0 "lol">{BOMB}]>',
        '<!DOCTYPE graphml [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE graphml SYSTEM "http://127.0.0.1:1/graphml.dtd">',
        "<!DOCTYPE graphml>",
    ],
    ids=["bomb", "file", "external", "empty"],
)
def test_document_types_are_refused_before_any_entity_is_expanded(tmp_path: Path, doctype: str) -> None:
    content = f'<?xml version="1.0"?>\n{doctype}<graphml><graph><node id="&e11;"/></graph></graphml>'
    error = refused(tmp_path, content, detour_factor=1.5)
    assert error.path.startswith("net.graphml:2:")
    assert "document type" in error.found


@pytest.mark.parametrize(
    "content",
    [
        random.Random(1).randbytes(10_000_000),
        b"<" * 10_000_000,
        b"<graphml>" * 1_100_000,
        (HEAD + "<graph><node id='a'>" + "<data key='k'>" * 700_000).encode(),
        (HEAD + KEYS + "<graph><node id='a'><data key='name'>" + "<x>" * 3_300_000).encode(),
        ("<graphml " + " ".join(f"a{i}='{i}'" for i in range(600_000)) + ">").encode(),
    ],
    ids=["bytes", "brackets", "roots", "data", "nested", "attributes"],
)
def test_ten_megabytes_of_nonsense_are_refused_at_once(tmp_path: Path, content: bytes) -> None:
    assert len(content) > 9_000_000
    assert refused(tmp_path, content, detour_factor=1.5).path.startswith("net.graphml:")


def test_files_above_the_limit_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.graphml"
    with path.open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    with pytest.raises(fb.SpecError, match="at most 67108864 bytes"):
        fb.from_graphml(path, detour_factor=1.5)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fb.from_graphml(tmp_path / "none.graphml", detour_factor=1.5)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Any byte changed, cut or doubled: a scenario or a SpecError, nothing else."""
    content = bytearray((DATA / "Abilene.graphml").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        end = min(len(content), place + data.draw(st.integers(0, 40)))
        match data.draw(st.sampled_from(["change", "cut", "double"])):
            case "change":
                content[place] = data.draw(st.integers(0, 255))
            case "cut":
                del content[place:end]
            case "double":
                content[place:place] = content[place:end]
    path = tmp_path / "damaged.graphml"
    path.write_bytes(content)
    try:
        scenario = fb.from_graphml(path, detour_factor=1.5, drop_unplaced=True)
    except fb.SpecError:
        return
    assert fb.Scenario.from_json(scenario.to_json()) == scenario
