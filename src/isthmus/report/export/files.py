"""Writing an export: which files there are, whole or not at all, in one language."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import Policy
from isthmus.disclosure.words import refuse_persons
from isthmus.errors import InputError, OutputError
from isthmus.report.export.brief import write_brief
from isthmus.report.export.gather import LEDGER_NAME, Gathered, gather
from isthmus.report.export.geojson import geojson_text
from isthmus.report.export.hxl import hxl_text
from isthmus.report.export.research import write_netcdf, write_parquet
from isthmus.report.export.xlsx import write_xlsx
from isthmus.report.gated import policy_of
from isthmus.report.intervals import guarded
from isthmus.report.language import LANGUAGES, Language, speaking
from isthmus.report.page import render
from isthmus.report.translations import own_words

Writer = Callable[[Path], object]

FORMATS = ("csv", "xlsx", "geojson", "parquet", "netcdf", "brief", "page")


def export(
    run: Path,
    to: Path,
    *,
    formats: Sequence[str] = FORMATS,
    language: Language = "en",
    policy: Policy | None = None,
    ledger: Ledger | None = None,
) -> list[Path]:
    """Write what people use into a folder and return the files.

    Args:
        run: Folder of a finished run.
        to: Folder to write to; it is made.
        formats: Of `FORMATS`.
        language: Of page, brief, sheets and the words in the tables.
        policy: Absent: the one the run was made under.
        ledger: Absent: the file beside the run folders.

    Raises:
        InputError: The run is not finished, or an unknown format or language.
        DisclosureError: Something must not leave.
        OutputError: The folder cannot be written.
    """
    _refuse_unknown(formats, language)
    rules = policy_of(run) if policy is None else policy
    memory = Ledger.open(run.resolve().parent / LEDGER_NAME) if ledger is None else ledger
    with guarded(rules):
        gathered = gather(run, rules, memory)
        with speaking(language, own_words(gathered.view.corridor.name, language)):
            return [_whole(to / name, writer) for name, writer in _writers(gathered, formats, language).items()]


def _writers(gathered: Gathered, formats: Sequence[str], language: Language) -> dict[str, Writer]:
    """File names with what writes them, in the order of `FORMATS`."""
    stem = gathered.view.corridor.name
    names = [name for name, table in gathered.tables.items() if len(table.table)]
    wanted: dict[str, dict[str, Writer]] = {
        "csv": {f"{name}.csv": _text(partial(hxl_text, gathered, name)) for name in names},
        "xlsx": {f"{stem}.{language}.xlsx": partial(write_xlsx, gathered)},
        "geojson": {f"{stem}.geojson": _text(partial(geojson_text, gathered))},
        "parquet": {f"{name}.parquet": partial(write_parquet, gathered, name) for name in names},
        "netcdf": {f"{stem}.nc": partial(write_netcdf, gathered)},
        "brief": {f"{stem}.{language}.pdf": partial(write_brief, gathered)},
        "page": {f"{stem}.{language}.html": _text(partial(render, gathered.view, language))},
    }
    return {name: writer for form in FORMATS if form in formats for name, writer in wanted[form].items()}


def _text(make: Callable[[], str]) -> Writer:
    """A writer of text that refuses words that look like a person."""

    def write(path: Path) -> None:
        text = make()
        cells = text.replace(",", "\n") if path.suffix == ".csv" else text
        refuse_persons(cells, where=path.suffix.lstrip(".") or "text")
        path.write_text(text, encoding="utf-8")

    return write


def _whole(target: Path, writer: Writer) -> Path:
    """Write under a temporary name and rename."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".part-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        part = Path(temporary)
        try:
            writer(part)
            part.chmod(0o644)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError.one(
            where=str(target),
            expected="a folder that can be written, with space left",
            found=error.strerror or str(error),
            remedy="choose another folder with --to",
        ) from error
    return target


def _refuse_unknown(formats: Sequence[str], language: str) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError.one(
            where="--format", expected=f"of {', '.join(FORMATS)}", found=", ".join(unknown), remedy="leave it out for all"
        )
    if language not in LANGUAGES:
        raise InputError.one(where="--language", expected=f"one of {', '.join(LANGUAGES)}", found=language, remedy="choose one")
