"""Ten million figures into a store, and series out of it as known on a day.

    python benchmarks/store.py [FIGURES]

Prints one JSON object: seconds and CPU seconds to load, size on disk, milliseconds per as-of series (median, 99th
percentile and worst of 200, by the clock and of CPU), milliseconds to open, milliseconds to add one month to every series.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from isthmus.data.store import Store

MONTHS, VINTAGES = 120, 5
SEEN = dt.date(2026, 1, 31)


def batch(n_series: int, first: int, months: range, vintages: range) -> pa.Table:
    """Made-up figures: every series, month and vintage, in a random order."""
    rng = np.random.default_rng(1)
    shape = (n_series, len(months), len(vintages))
    series, month, vintage = (grid.ravel() for grid in np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"))
    order = rng.permutation(series.size)
    series, month, vintage = series[order], month[order], vintage[order]
    count = series.size

    def named(index: np.ndarray, names: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(names)).cast(pa.string())

    letters = [f"{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}Z" for i in range(200)]
    days = np.datetime64("2016-01-31") + (np.array(months)[month] * 30 + np.array(vintages)[vintage] * 45).astype(
        "timedelta64[D]"
    )
    return pa.table({
        "series": named((first + series) // 200, [f"series_{i}" for i in range((first + n_series) // 200 + 1)]),
        "place": named(np.zeros(count, int), ["place"]),
        "grp": named((first + series) % 200, letters),
        "period": named(month, [f"{2016 + m // 12:04d}-{m % 12 + 1:02d}" for m in months]),
        "kind": named(np.zeros(count, int), ["flow"]),
        "unit": named(np.zeros(count, int), ["persons"]),
        "value": pa.array(rng.poisson(500, count).astype(float)),
        "publisher": named(np.zeros(count, int), ["Made up"]),
        "known": pa.array(days.astype("datetime64[D]")),
        "confidence": named(np.zeros(count, int), ["S"]),
        "note": named(np.zeros(count, int), [""]),
    })  # fmt: skip


def spread(times: list[float]) -> dict[str, float]:
    """Median, 99th percentile and worst."""
    return {
        "median": round(float(np.median(times)), 2),
        "p99": round(float(np.quantile(times, 0.99)), 2),
        "worst": round(max(times), 2),
    }


def main() -> None:
    """Measure and print."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    n_series = max(1, wanted // (MONTHS * VINTAGES))
    data = batch(n_series, 0, range(MONTHS), range(VINTAGES))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        wall, cpu = time.perf_counter(), time.process_time()
        with store.write() as writer:
            writer.load("made_up", data)
        load_wall, load_cpu = time.perf_counter() - wall, time.process_time() - cpu
        rng = np.random.default_rng(2)
        wall = time.perf_counter()
        with store.read() as reader:
            open_ms = 1e3 * (time.perf_counter() - wall)
            times, cpus = [], []
            for pick in rng.integers(0, n_series, 200):
                name, group = f"series_{pick // 200}", f"{chr(65 + pick % 200 // 26 % 26)}{chr(65 + pick % 200 % 26)}Z"
                day = dt.date(2017, 1, 1) + dt.timedelta(days=int(rng.integers(0, 4000)))
                wall, cpu = time.perf_counter(), time.process_time()
                reader.series(name, group=group, as_of=day)
                times.append(1e3 * (time.perf_counter() - wall))
                cpus.append(1e3 * (time.process_time() - cpu))
        wall = time.perf_counter()
        with store.write() as writer:
            added = writer.load("made_up", batch(n_series, 0, range(MONTHS, MONTHS + 1), range(1)))
        update_ms = 1e3 * (time.perf_counter() - wall)
        size = max(path.stat().st_size for path in Path(folder).glob("*.duckdb"))
    result = {
        "figures": data.num_rows,
        "series": n_series,
        "load_seconds": round(load_wall, 2),
        "load_cpu_seconds": round(load_cpu, 2),
        "store_mb": round(size / 1e6, 1),
        "open_ms": round(open_ms, 1),
        "as_of_series_ms": spread(times),
        "as_of_series_cpu_ms": spread(cpus),
        "month_added_ms": round(update_ms, 1),
        "month_added_figures": added.new,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
