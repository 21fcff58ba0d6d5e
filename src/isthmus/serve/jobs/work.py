"""What each kind of job does, by way of the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus.serve.jobs.queue import Job
from isthmus.serve.library.corridors import source_of
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
        report=lambda event: report(event.done, event.stage, event.note),
    )
    return {"run": folder.path.name}


def scenario(settings: Settings, job: Job, report: Report) -> dict[str, Any]:
    """A scenario beside the baseline, on the draws of a run."""
    from isthmus.serve.jobs.benches import try_out  # noqa: PLC0415 - as above

    return try_out(settings, job, report)


def warm(settings: Settings) -> None:
    """Get the fast worker ready for the latest run that all may see."""
    from isthmus.serve.jobs.benches import warm_up  # noqa: PLC0415

    warm_up(settings)


WORK: dict[str, Callable[[Settings, Job, Report], dict[str, Any]]] = {"run": run, "scenario": scenario}
