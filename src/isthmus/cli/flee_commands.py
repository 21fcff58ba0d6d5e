"""``isthmus flee``: runs an instance, writes its folder, prints what came out."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from isthmus.cli.progress import Progress

if TYPE_CHECKING:
    from isthmus.compute import Workplace
    from isthmus.pipeline import Event


class _Step(NamedTuple):
    stage: str
    done: float
    note: str = ""
    said: str = ""


def flee(options: Namespace) -> None:
    """Run a Flee instance."""
    from isthmus.interop.flee import Mode, run_flee
    from isthmus.interop.flee.output import below, content, lines, warning_lines, write

    quiet = options.quiet or options.json
    where = _where(options)
    with Progress(sys.stderr, quiet=quiet or not options.calibrate) as progress:
        report = run_flee(
            options.folder,
            mode=Mode(options.mode),
            settings=options.settings,
            hasten=options.hasten,
            seed=options.seed,
            seeds=options.seeds,
            calibrate=options.calibrate,
            where=where,
            progress=lambda stage, done: progress(cast("Event", _Step(stage, done))),
        )
    folder = below(options.out, f"flee-{report.instance.name}-{options.mode}")
    files = write(report, folder)
    if not quiet:
        sys.stderr.write("".join(f"{line}\n" for line in warning_lines(report.instance.warnings)))
    if options.json:
        printed = {"folder": str(folder), "files": files, **content(report)}
        sys.stdout.write(json.dumps(printed, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(report, folder)))


def _where(options: Namespace) -> Workplace | None:
    """Where seeds are run and kept; a single one is run here, without what that takes to load.

    Raises:
        InputError: No cluster answers at the address.
        OutputError: The bucket is not there, or may not be written.
    """
    if options.seeds == 1 and options.on == "local" and isinstance(options.out, Path):
        return None
    from isthmus.compute import Workplace, place_of, proved, storage_at
    from isthmus.pipeline.away import is_away, prove_away

    place = proved(place_of(options.on))
    if is_away(options.out):
        prove_away(str(options.out))
    quiet = options.quiet or options.json
    return Workplace(place, storage_at(options.out), lambda said: None if quiet else _say(said))


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
