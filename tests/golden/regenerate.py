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


def rounded(value: object) -> object:
    """Integers as they are, doubles to nine digits: far coarser than the last bit, far finer than any real change."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def expected_file(scenario: Path) -> Path:
    return FOLDER / "expected" / scenario.name


def measure(scenario: Path) -> dict[str, object]:
    """Number of rows, and the sum of each column, of every table of a run; words count by their numbers."""
    results = fb.run(fb.load(scenario), replicas=REPLICAS)
    found: dict[str, object] = {}
    for name, table in results.tables.items():
        sums = {column: sum(v for v in table.codes(column).tolist() if v == v) for column in table}
        found[name] = {"rows": len(table), **{column: rounded(value) for column, value in sums.items()}}
    return found


def main() -> None:
    for scenario in SCENARIOS:
        target = expected_file(scenario)
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(measure(scenario), indent=1) + "\n", encoding="utf-8")
        print(target.relative_to(FOLDER))


if __name__ == "__main__":
    main()
