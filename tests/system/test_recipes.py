"""Recipes of docs/scale.md: what they say can be read by the programs that they are for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def recipes(language):
    return [text for found, text in BLOCK.findall(PAGE) if found == language]


def batch():
    (text,) = [text for text in recipes("sh") if "#SBATCH" in text]
    return text


def test_the_batch_script_is_one(tmp_path):
    script = tmp_path / "job.sh"
    script.write_text(batch())
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, check=False).stderr == b""
    head = script.read_text().splitlines()
    assert head[0] == "#!/bin/bash"
    options = " ".join(line.removeprefix("#SBATCH") for line in head if line.startswith("#SBATCH")).split()
    assert all(re.fullmatch(r"--[a-z-]+=\S+", option) for option in options)
    tasks = int(next(option for option in options if option.startswith("--ntasks=")).partition("=")[2])
    steps = [int(n) for n in re.findall(r"srun --ntasks=(\d+)", script.read_text())]
    assert sum(steps) + 1 == tasks, "one is left for the driver"


def test_options_of_the_workers_are_those_that_dask_has():
    pytest.importorskip("distributed", reason="the packages for clusters are not installed")
    from click import Command
    from distributed.cli import dask_scheduler, dask_worker

    for name, program in (("scheduler", dask_scheduler.main), ("worker", dask_worker.main)):
        assert isinstance(program, Command)
        known = {text for option in program.params for text in (*option.opts, *option.secondary_opts)}
        used = set()
        for line in batch().splitlines():
            if f"dask {name}" in line:
                used |= set(re.findall(r"(?<=\s)--[a-z-]+", line.partition(f"dask {name}")[2]))
        for document in documents():
            for words in arguments(document):
                if words[0] == f"dask-{name}":
                    used |= {word for word in words if word.startswith("--")}
        assert used <= known, name


def documents():
    (text,) = [text for text in recipes("yaml") if "DaskCluster" in text]
    return list(YAML(typ="safe", pure=True).load_all(text))


def arguments(document):
    """Lists of words that containers of a document are started with."""
    if isinstance(document, dict):
        if "args" in document and "image" in document:
            yield document["args"]
        for below in document.values():
            yield from arguments(below)
    elif isinstance(document, list):
        for below in document:
            yield from arguments(below)


def test_the_cluster_is_open_to_itself_only():
    cluster, policy = documents()
    assert [cluster["kind"], policy["kind"]] == ["DaskCluster", "NetworkPolicy"]
    worker, scheduler = (cluster["spec"][role]["spec"]["containers"][0] for role in ("worker", "scheduler"))
    assert worker["image"] == scheduler["image"]
    assert cluster["spec"]["scheduler"]["service"]["type"] == "ClusterIP", "not on a public address"
    (port,) = cluster["spec"]["scheduler"]["service"]["ports"]
    assert port["targetPort"] in {one["name"] for one in scheduler["ports"]}
    labels = policy["spec"]["podSelector"]["matchLabels"]
    assert labels == {"dask.org/cluster-name": cluster["metadata"]["name"]}
    assert policy["spec"]["ingress"] == [{"from": [{"podSelector": {"matchLabels": labels}}]}]
