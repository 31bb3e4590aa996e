"""Expected results of the golden scenarios.

`python tests/golden/regenerate.py` rewrites them; the commit says why they changed.
"""

from __future__ import annotations

import json
from pathlib import Path

import farbell as fb

FOLDER = Path(__file__).parent
SCENARIOS = sorted((FOLDER / "scenarios").glob("*.json"))
REPLICAS = 2
TABLES = ("demands", "links", "nodes", "replicas", "requests", "pairs")


def rounded(value: object) -> object:
    """Integers as they are, doubles to nine digits: far coarser than the last bit, far finer than any real change."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def expected_file(scenario: Path) -> Path:
    return FOLDER / "expected" / scenario.name


def measure(scenario: Path) -> dict[str, object]:
    """Row counts, and the sum of each numeric column, of every table of a run."""
    results = fb.run(fb.Scenario.from_json(scenario.read_text(encoding="utf-8")), replicas=REPLICAS)
    found: dict[str, object] = {}
    for name in TABLES:
        table = results.table(name)
        found[name] = {
            "rows": len(next(iter(table.values()))),
            **{column: rounded(sum(v for v in values.tolist() if v == v)) for column, values in table.items()},
        }
    return found


def main() -> None:
    for scenario in SCENARIOS:
        target = expected_file(scenario)
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(measure(scenario), indent=1) + "\n", encoding="utf-8")
        print(target)


if __name__ == "__main__":
    main()
