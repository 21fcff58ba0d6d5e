"""Memory that a process keeps for what comes next."""

import subprocess
import sys

import pytest

TWICE = """
import resource, sys
import numpy as np
from isthmus.compute.memory import keep_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(12_500_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if "keep" in sys.argv and not keep_memory():
    sys.exit(3)
faults()
print(faults())
"""


def pages_cleared(*arguments: str) -> int:
    """Pages that the system gives a process for the second array of 100 MB."""
    done = subprocess.run([sys.executable, "-c", TWICE, *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        pytest.skip("the C library of this system has no such setting")
    return int(done.stdout)


def test_the_second_array_takes_the_memory_of_the_first() -> None:
    assert pages_cleared("keep") < 0.1 * pages_cleared()
