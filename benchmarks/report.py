"""Results as a printed table and as JSON filed by commit, and a curve as a picture."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def commit() -> str:
    """Short hash of the commit, with `+` where the tree holds more; `unknown` outside a checkout."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=ROOT, capture_output=True, text=True
    )
    return found.stdout.strip() or "unknown"


def table(title: str, rows: Sequence[dict[str, Any]]) -> str:
    """Rows as aligned columns, named by the keys of the first; numbers with three digits."""
    names = list(rows[0])
    cells = [names, *([_shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([title, *lines])


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(one) for one in value)}]"
    return "" if value is None else str(value)


def publish(name: str, rows: Sequence[dict[str, Any]], results: Path = RESULTS, **more: Any) -> Path:
    """Prints the table and writes `results/COMMIT/NAME.json`; gives the file."""
    print(table(name, rows), flush=True)
    file = results / commit() / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "name": name,
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "rows": list(rows),
        **more,
    }
    file.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")
    return file


def curve(points: Sequence[tuple[float, float]], title: str, across: str, up: str, file: Path) -> None:
    """An SVG of points in the unit square, at most 400 of them."""
    shown = points[:: max(1, len(points) // 400)]
    line = " ".join(f"{60 + 400 * x:.1f},{340 - 300 * y:.1f}" for x, y in shown)
    ticks = "".join(
        f'<text x="{60 + 80 * n}" y="358" text-anchor="middle">{n / 5:.1f}</text>'
        f'<text x="52" y="{344 - 60 * n}" text-anchor="end">{n / 5:.1f}</text>'
        f'<path d="M60 {340 - 60 * n}H460" stroke="#ddd"/>'
        for n in range(6)
    )
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 400" font-family="sans-serif" font-size="12">'
        f'<rect width="490" height="400" fill="#fff"/>{ticks}<path d="M60 40V340H460" fill="none" stroke="#333"/>'
        f'<polyline points="{line}" fill="none" stroke="#0b63c5" stroke-width="2"/>'
        f'<text x="60" y="24" font-size="14">{title}</text><text x="260" y="384" text-anchor="middle">{across}</text>'
        f'<text transform="translate(18 190) rotate(-90)" text-anchor="middle">{up}</text></svg>\n',
        encoding="utf-8",
    )
