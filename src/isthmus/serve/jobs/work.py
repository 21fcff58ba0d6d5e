"""What each kind of job does, by way of the pipeline."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from isthmus.serve.jobs.queue import Job
from isthmus.errors import InputError
from isthmus.serve.library.corridors import source_of
from isthmus.serve.library.runs import run_of
from isthmus.serve.web.language import LANGUAGES
from isthmus.serve.settings import Settings

Report = Callable[[float, str, str], None]


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """A job is to stop."""


def run(settings: Settings, job: Job, report: Report) -> dict[str, Any]:
    """The main job, exactly as the command line does it; a folder that was begun is completed."""
    from isthmus import pipeline  # noqa: PLC0415 - heavy, and only needed here

    asked = job.request
    folder = pipeline.run(
        source_of(settings, job.team, asked["corridor"]),
        out=settings.team_runs(job.team),
        sets=asked["sets"],
        scenario=asked["scenario"],
        seed=asked["seed"],
        quick=asked["quick"],
        on=settings.on,
        report=lambda event: report(event.done, event.stage, event.said or event.note),
    )
    return {"run": folder.path.name}


def scenario(settings: Settings, job: Job, report: Report) -> dict[str, Any]:
    """A scenario beside the baseline, on the draws of a run."""
    from isthmus.serve.jobs.benches import try_out  # noqa: PLC0415 - as above

    return try_out(settings, job, report)


def outputs(settings: Settings, job: Job, report: Report) -> dict[str, Any]:
    """Scenarios of the file, impacts and the files people use, of one run; exactly what `stress` and `export` write."""
    from isthmus.pipeline.stress import stress  # noqa: PLC0415
    from isthmus.report.export import export  # noqa: PLC0415

    asked = job.request
    run = run_of(settings, job.team, asked["run"])
    if run is None:
        raise InputError.one(where="run", expected="a run of yours", found=asked["run"][:80], remedy="see the corridor's page")
    own = settings.team_runs(job.team) / run.id
    if run.shared and not own.exists():
        shutil.copytree(run.folder, own)
    folder = stress(
        own / "corridor.yaml", out=settings.team_runs(job.team), figures=own / "figures.csv", seed=run.seed, quick=run.quick,
        draws=asked["draws"], on=settings.on,
        report=lambda event: report(0.8 * event.done, event.stage, event.said or event.note),
    )  # fmt: skip
    target = settings.exports(job.team, folder.path.name)
    for k, language in enumerate(LANGUAGES):
        report(0.8 + 0.1 * k, "export", language)
        export(folder.path, target, language=language)
    return {"run": folder.path.name}


def warm(settings: Settings) -> None:
    """Get the fast worker ready for the latest run that all may see."""
    from isthmus.serve.jobs.benches import warm_up  # noqa: PLC0415

    warm_up(settings)


WORK: dict[str, Callable[[Settings, Job, Report], dict[str, Any]]] = {"run": run, "scenario": scenario, "outputs": outputs}
