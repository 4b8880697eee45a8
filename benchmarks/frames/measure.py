"""Measure one contender on one folder of tables, in this process alone: ``measure.py CONTENDER FOLDER WARM_UP``.

Prints a line of JSON: the rows decided; the seconds from the files to the result in memory, after a first time on the
small tables of another folder, and those of all processors together; and by how many MiB the memory of the process, at
its highest, grew meanwhile. Linux keeps that mark to the page; pages of files that are mapped count too. A short run is
repeated for half a second and its medians taken; memory is that of the first.
"""

import gc
import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from contenders import CONTENDERS, Decide

LONG_ENOUGH = 0.5


def measured(decide: Decide, folder: Path) -> dict[str, Any]:
    """Rows, seconds, those of the processors, and MiB."""
    gc.collect()
    before = _reset_peak()
    rows, *first = _timed(decide, folder)
    mib = (_memory("VmHWM") - before) / 1024
    times = [first]
    while sum(seconds for seconds, _ in times) < LONG_ENOUGH:
        times.append(_timed(decide, folder)[1:])
    seconds, processors = (median(each) for each in zip(*times, strict=True))
    return {"rows": rows, "seconds": seconds, "processors": processors, "mib": mib}


def _timed(decide: Decide, folder: Path) -> tuple[int, float, float]:
    start, started = perf_counter(), process_time()
    result = decide(folder)
    return len(result), perf_counter() - start, process_time() - started


def _reset_peak() -> int:
    """Let the mark of the highest memory begin again from here; how much there is, in KiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(which: str) -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[which].split()[0])


if __name__ == "__main__":
    contender, folder, warm_up = sys.argv[1:]
    decide = CONTENDERS[contender].decide()
    decide(Path(warm_up))
    print(json.dumps({"contender": contender} | measured(decide, Path(folder))))
