"""Every benchmark, one after the other, as one table and one file: `python -m tests.bench [NAME]... [--out FILE]`.

A benchmark is a module beside this one that is run as a process of its own (so that its peak memory is its own) with
`--json FILE`, and writes there a list of `{"name", "value", "unit", "yardstick", "ratio"}`. Value and yardstick are
measured in the same run on the same content. Exit code 1: a benchmark broke; what the others measured is kept.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KEYS = ("name", "value", "unit", "yardstick", "ratio")


def benchmarks() -> list[str]:
    """The names of the benchmarks that there are."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def machine() -> str:
    """Cores, memory, system and Python, for the line above the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def checked(rows: Any, name: str) -> list[dict[str, Any]]:
    """The rows of one benchmark; a row of another shape is an error that names it."""
    if not isinstance(rows, list):
        raise ValueError(f"{name}: wrote something else than a list of rows")
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(KEYS):
            raise ValueError(f"{name}: a row needs exactly {', '.join(KEYS)}")
    return [{key: row[key] for key in KEYS} for row in rows]


def measure(name: str, folder: Path) -> list[dict[str, Any]]:
    """Run one benchmark in a process of its own. Raises ValueError with the name if it breaks."""
    file = folder / f"{name}.json"
    command = [sys.executable, "-m", f"tests.bench.{name}", "--json", str(file)]
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode or not file.is_file():
        last = "\n    ".join(line[:300] for line in run.stderr.strip().splitlines()[-6:])
        raise ValueError(f"{name}: stopped with exit code {run.returncode}\n    {last or 'and gave no reason'}")
    return checked(json.loads(file.read_text(encoding="utf-8")), name)


def as_table(rows: Sequence[dict[str, Any]]) -> str:
    """One line for each figure, columns aligned."""
    lines = [("benchmark", "value", "unit", "yardstick", "ratio")]
    lines += [(r["name"], _number(r["value"]), r["unit"], _number(r["yardstick"]), _number(r["ratio"])) for r in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(KEYS))]
    aligned = ("<", ">", "<", ">", ">")
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, aligned, widths, strict=True)).rstrip()
        for line in lines
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def main() -> int:
    """Run the benchmarks asked for, or all; print the table, write the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(benchmarks())} (all if left out)")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(benchmarks())
    if unknown:
        parser.error(f"there is no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(benchmarks())}")
    rows: list[dict[str, Any]] = []
    broken = []
    with tempfile.TemporaryDirectory(prefix="sar-bench-") as folder:
        for name in chosen.names or benchmarks():
            started = time.monotonic()
            try:
                rows += measure(name, Path(folder))
            except ValueError as error:
                broken.append(str(error))
            sys.stderr.write(f"{name}: {time.monotonic() - started:.0f} seconds\n")
    chosen.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{machine()}\n\n{as_table(rows)}\n\nWritten to {chosen.out}\n")
    for each in broken:
        sys.stderr.write(f"{each}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
