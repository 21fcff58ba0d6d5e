"""The server under load: pages, sizes, scenario answers, memory, and workers killed while readers read.

    python benchmarks/serve.py RUNS [--seconds 300] [--readers 50] [--users 5]

RUNS is a folder that holds a finished run of the shipped corridor. Prints one line a figure.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import numpy as np

PASSWORD = "correct horse battery staple"  # noqa: S105 - of an account that lives as long as this script
PORT, TIMES = 8799, 20
URL = f"http://127.0.0.1:{PORT}"
NAME = "china-ecuador-us"
CORRIDOR = f"/corridors/{NAME}"
PAGES = ("/", CORRIDOR, f"{CORRIDOR}/scenarios", f"{CORRIDOR}/downloads", "/data", "/claims", "/model-card")


def start(home: Path, runs: Path) -> subprocess.Popen[bytes]:
    """Start the server with one account."""
    password = home / "password"
    home.mkdir(parents=True, exist_ok=True)
    password.write_text(PASSWORD, "utf-8")
    isthmus = [sys.executable, "-c", "from isthmus.cli import main; raise SystemExit(main())", "serve"]
    added = ["user", "add", "ana", "--team", "load", "--role", "analyst", "--password-file", str(password), "--home", str(home)]
    subprocess.run([*isthmus, *added], check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*isthmus, "--home", str(home), "--runs", str(runs), "--port", str(PORT)])
    for _ in range(1200):
        try:
            httpx.get(f"{URL}/login", timeout=30)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return process
    message = "the server did not start"
    raise SystemExit(message)


def client() -> httpx.Client:
    """A client that is logged in."""
    made = httpx.Client(base_url=URL, timeout=120, headers={"accept-encoding": "gzip"})
    door = re.search(r'name="door" value="([^"]+)"', made.get("/login").text)
    made.post("/login", data={"name": "ana", "password": PASSWORD, "door": door[1] if door else ""})
    csrf = re.search(r'"x-csrf-token": "([^"]+)"', made.get("/").text)
    made.headers["x-csrf-token"] = csrf[1] if csrf else ""
    return made


def tree(pid: int) -> list[int]:
    """The process and those it started."""
    kids = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        # A child stands under the thread that started it, and threads end while one looks.
        with contextlib.suppress(OSError):
            kids += thread.read_text().split()
    return [pid, *(kid for text in kids for kid in tree(int(text)))]


def memory(pid: int) -> float:
    """Proportional set size of the server and its workers, MB."""
    total = 0
    for one in tree(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1000


def cpu(pids: list[int]) -> float:
    """CPU seconds that processes have taken so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def first_pages(made: httpx.Client, pid: int) -> None:
    """Time, CPU and size of each page, once it is warm, with all that it loads."""
    for page in PAGES:
        made.get(page)
        before, took = cpu([pid]), []
        for _ in range(TIMES):
            begun = time.perf_counter()
            answer = made.get(page)
            took.append(time.perf_counter() - begun)
        spent = (cpu([pid]) - before) / TIMES
        size = int(answer.headers.get("content-length", len(answer.content)))
        linked = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
        size += sum(int(made.get(one).headers.get("content-length", 0)) for one in dict.fromkeys(linked))
        ms, cpu_ms = 1000 * float(np.median(took)), 1000 * spent
        print(f"page {page}: {ms:.0f} ms, {cpu_ms:.0f} ms of CPU, {size / 1000:.0f} kB with style and scripts", flush=True)


class Load:
    """Readers, scenario users, and somebody who kills workers."""

    def __init__(self, pid: int, run: str) -> None:
        self.pid, self.run = pid, run
        self.pages: list[float] = []
        self.answers: list[float] = []
        self.errors: list[str] = []
        self.lost: list[str] = []
        self.kills = 0
        self.peak = 0.0
        self.stop = threading.Event()

    def read(self, made: httpx.Client, k: int) -> None:
        """Read one page after the other."""
        while not self.stop.is_set():
            page = PAGES[k % len(PAGES)]
            k += 1
            begun = time.perf_counter()
            try:
                status = str(made.get(page).status_code)
            except httpx.HTTPError as problem:
                status = repr(problem)
            self.pages.append(time.perf_counter() - begun)
            if status != "200":
                self.errors.append(f"{page} {status}")
            self.stop.wait(1.0)

    def try_out(self, made: httpx.Client, k: int) -> None:
        """Keep a scenario, try it, wait for its result."""
        while not self.stop.is_set():
            k += 1
            try:
                self.one_trial(made, 0.1 + (k % 80) / 100)
            except httpx.HTTPError as problem:
                self.errors.append(f"scenario {problem!r}")
            self.stop.wait(2.0)

    def one_trial(self, made: httpx.Client, share: float) -> None:
        """One scenario: its time, or that it was lost."""
        kept = keep(made, share)
        begun = time.perf_counter()
        job = trial(made, kept, self.run)
        while job["state"] in {"queued", "running"}:
            time.sleep(0.1)
            job = made.get(f"/api/v1/jobs/{job['id']}").json()
        self.answers.append(time.perf_counter() - begun)
        if job["state"] != "done":
            self.lost.append(f"{job['id']} {job['state']} {job['problems']}")

    def kill(self, every: float) -> None:
        """Kill a worker from time to time."""
        generator = np.random.default_rng(1)
        while not self.stop.wait(every):
            workers = tree(self.pid)[1:]
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(generator.choice(workers)), signal.SIGKILL)
                    self.kills += 1

    def watch(self) -> None:
        """Note the highest memory."""
        while not self.stop.wait(1.0):
            self.peak = max(self.peak, memory(self.pid))


def keep(made: httpx.Client, share: float) -> str:
    """Keep a scenario; its number."""
    shock = {"kind": "close", "legs": ["darien_panama"], "share": share, "from": "2024-08-01", "source": "load"}
    asked = {"corridor": NAME, "label": f"closed by {share}", "shocks": {"close": shock}}
    return str(made.post("/api/v1/scenarios", json=asked).json()["id"])


def trial(made: httpx.Client, kept: str, run: str) -> dict[str, str]:
    """Have a scenario tried; the job."""
    job: dict[str, str] = made.post(f"/api/v1/scenarios/{kept}/trials", json={"run": run, "draws": 250}).json()
    return job


def scenario(made: httpx.Client, run: str, pid: int) -> None:
    """The fast path, warm: from the request to the rows."""
    took, spent = [], []
    for k in range(6):
        kept = keep(made, 0.01 + k / 100)
        begun, before = time.perf_counter(), cpu(tree(pid)[1:])
        job = trial(made, kept, run)
        while job["state"] in {"queued", "running"}:
            time.sleep(0.05)
            job = made.get(f"/api/v1/jobs/{job['id']}").json()
        took.append(time.perf_counter() - begun)
        spent.append(cpu(tree(pid)[1:]) - before)
    print(f"scenario: first {took[0]:.1f} s ({spent[0]:.1f} s of CPU), then median {np.median(took[1:]):.2f} s", flush=True)
    print(f"scenario: warm, {np.median(spent[1:]):.2f} s of CPU, longest {max(took[1:]):.2f} s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--kill-every", type=float, default=20)
    options = parser.parse_args()
    run = next(options.runs.glob(f"{NAME}-*")).name
    with tempfile.TemporaryDirectory() as scratch:
        process = start(Path(scratch) / "home", options.runs.absolute())
        try:
            made = client()
            first_pages(made, process.pid)
            scenario(made, run, process.pid)
            load = Load(process.pid, run)
            readers, users = client(), client()
            threads = [threading.Thread(target=load.read, args=(readers, k)) for k in range(options.readers)]
            threads += [threading.Thread(target=load.try_out, args=(users, 1000 * k)) for k in range(options.users)]
            threads += [threading.Thread(target=load.kill, args=(options.kill_every,)), threading.Thread(target=load.watch)]
            for thread in threads:
                thread.start()
            time.sleep(options.seconds)
            load.stop.set()
            for thread in threads:
                thread.join()
            pages, answers = np.array(load.pages), np.array(load.answers or [np.nan])
            middle, late = np.quantile(pages, [0.5, 0.95])
            print(f"load: {len(pages)} pages, median {middle:.2f} s, p95 {late:.2f} s, {len(load.errors)} errors")
            print(f"load: {len(load.answers)} scenarios, median {np.median(answers):.1f} s")
            print(f"load: {load.kills} workers killed, {len(load.lost)} jobs lost")
            print(f"load: memory of server and workers at most {load.peak:.0f} MB")
            for line in [*load.errors[:5], *load.lost[:5]]:
                print(f"  {line}")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


if __name__ == "__main__":
    main()
