"""Whether memory stays flat while a long document is read, rebuilt and verified: 3,000 pages against 300.

Each size runs in a process of its own, which reports the largest of the children that did the work.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sar_service.documents.pages import Box, Limits, Paint
from sar_service.documents.remove import rebuild
from sar_service.documents.text import iter_pages
from sar_service.documents.verify import verify
from tests.documents.torture_parts import blank, draw, line

WORDS = "the worker came to the house and spoke with the aunt about school and the move"


def document(path: Path, pages: int) -> None:
    """A plain text document with forty lines on each page, no two pages alike."""
    pdf = blank()
    for number in range(pages):
        if number:
            more = blank()
            pdf.pages.extend(more.pages)
            pdf.pages[number].Resources = pdf.pages[0].Resources
        orders = "".join(line(f"{number} {row} {WORDS}", y=780 - 18 * row, size=11) for row in range(40))
        pdf.pages[number].Contents = pdf.make_stream(orders.encode("latin-1"))
    if not pages:
        draw(pdf, "")
    pdf.save(path)


def work(pages: int) -> dict[str, float]:
    """Peak megabytes of the largest child, and seconds a page of each step."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        document(source, pages)
        limits = Limits(pages=pages)
        paints = {number: Paint(boxes=((Box(72, 100, 200, 114), "Person C TP16"),)) for number in range(1, pages + 1)}
        began = time.perf_counter()
        rebuild(source, out, paints=paints, pages=iter_pages(source, limits=limits), limits=limits)
        rebuilt = time.perf_counter()
        found = verify(out, ["Edwin Marrowby", "07700 900123"], ocr=False)
        verified = time.perf_counter()
        assert found == []
        size = out.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "child": peak,
        "parent": own,
        "rebuild": (rebuilt - began) / pages,
        "verify": (verified - rebuilt) / pages,
        "kilobytes": size / 1024 / pages,
    }


def measured(pages: int) -> dict[str, float]:
    """`work` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.remove", "--work", str(pages)]
    answer: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--work", type=int, help="run one size in this process and print what it took")
    options = parser.parse_args()
    if options.work:
        print(json.dumps(work(options.work)))
        return
    few, many = measured(max(1, options.pages // 10)), measured(options.pages)
    rows: list[dict[str, Any]] = [
        {
            "name": f"rebuild.memory.{options.pages}",
            "value": round(many["child"], 1),
            "unit": "MB",
            "yardstick": round(few["child"], 1),
            "ratio": round(many["child"] / few["child"], 3),
        }
    ]
    if options.json:
        options.json.write_text(json.dumps(rows), encoding="utf-8")
    print(json.dumps({"rows": rows, "few": few, "many": many}, indent=1))


if __name__ == "__main__":
    main()
