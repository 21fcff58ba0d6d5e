"""Runs that are disturbed end with the bytes of one that was not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "faults.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="drivers are forked and found under /proc")
def test_fifty_random_fault_schedules(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "0", "50", str(tmp_path)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr[-2000:]
    schedules = json.loads(done.stdout.splitlines()[-1])
    assert len(schedules) == 50
    assert {fault for one in schedules.values() for fault in one["faults"]} >= {"driver killed", "full disk", "worker killed"}
    assert {seed: one["faults"] for seed, one in schedules.items() if not one["same"]} == {}
