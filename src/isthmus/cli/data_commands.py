"""The commands about figures: ``isthmus data …`` and ``isthmus claim``."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import InputError, OutputError, SourceError

if TYPE_CHECKING:
    from isthmus.data.claims import Statement, Verdict
    from isthmus.data.figures import Figures
    from isthmus.data.sources import Source
    from isthmus.data.store import Store
    from isthmus.data.update import Opening, Outcome


def data(options: Namespace) -> None:
    """Carry out one of the actions on the store."""
    actions = {"update": update, "status": status, "review": review, "export": export, "import": import_}
    actions[options.action](options)


def update(options: Namespace) -> None:
    """Ask each source, keep what came, and say how it went; raises at the end if any source failed."""
    from isthmus.data.sources import Wanted
    from isthmus.data.update import update as update_one

    store = _store(options)
    groups = tuple(options.groups or ("CHN",))
    _check_groups(groups)
    wanted = Wanted(groups=groups, since=options.since, today=dt.datetime.now(dt.UTC).date())
    outcomes: list[Outcome] = []
    for source in _sources(options):
        outcome = update_one(source, store, wanted, opening=opening_for(source, options.folder))
        outcomes.append(outcome)
        if not options.json:
            _print("\n".join(_outcome_lines(outcome)))
    if options.json:
        _print_json({"store": str(store.folder), "sources": [asdict(outcome) for outcome in outcomes]})
    failed = [problem for outcome in outcomes for problem in outcome.problems]
    if failed and not options.json:
        raise SourceError(failed)


def refreshed(options: Namespace, figures: Figures) -> Figures:
    """Ask the publishers of a table's series, say on standard error how it went, and return the table with what came."""
    from isthmus.data.refresh import refresh
    from isthmus.data.update import over_https
    from isthmus.data.web import Folder

    at: Path | None = options.folder
    opening: Opening = over_https if at is None else lambda about, _reader: Folder(about.name, at)
    found = refresh(figures, _store(options), opening=opening)
    for outcome in found.outcomes:
        sys.stderr.write("\n".join(_outcome_lines(outcome)) + "\n")
        sys.stderr.writelines(f"  {problem}\n" for problem in outcome.problems)
    added = len(found.figures.rows) - len(figures.rows)
    last = max((row.period for row in found.figures.rows if len(row.period) == 7 and row.value is not None), default="no month")
    sys.stderr.write(f"{added} figures more than the corridor's own; the last is of {last}.\n")
    return found.figures


def opening_for(source: Source, folder: Path | None) -> Opening:
    """Return what a source fetches with: the network, a folder the user names, or the folder of its mapping file."""
    from isthmus.data.update import over_https
    from isthmus.data.web import Folder

    at = folder or getattr(source, "folder", None)
    return over_https if at is None else lambda about, _reader: Folder(about.name, at)


def status(options: Namespace) -> None:
    """Say how old the shipped figures and the store's are."""
    from isthmus.data.ages import age_of, shipped_ages

    store = _store(options)
    today = dt.datetime.now(dt.UTC).date()
    shipped = shipped_ages(today)
    with store.read() as reader:
        ages = [age_of(state, today) for state in reader.states()]
        damaged = reader.damaged
    if options.json:
        content = {"shipped": [asdict(age) for age in shipped], "sources": [asdict(age) for age in ages]}
        _print_json({"store": str(store.folder), **content, "damaged": [asdict(problem) for problem in damaged]})
        return
    for problem in damaged:
        sys.stderr.write(f"isthmus: {problem}\n")
    _print(
        "\n".join(
            [
                *map(str, shipped),
                "",
                f"store {store.folder}",
                *(map(str, ages) if ages else ["  empty: 'isthmus data update' fills it"]),
            ]
        )
    )


def review(options: Namespace) -> None:
    """Show findings, or record decisions about them."""
    from isthmus.cli import review as show
    from isthmus.cli.review_page import write_page

    store = _store(options)
    if options.accept or options.reject:
        with store.write() as writer:
            accepted = writer.decide(options.accept, accept=True, reason=options.reason) if options.accept else 0
            rejected = writer.decide(options.reject, accept=False, reason=options.reason) if options.reject else 0
        _say(options, {"accepted": accepted, "rejected": rejected}, f"{accepted} figures accepted, {rejected} rejected.")
        return
    with store.read() as reader:
        findings = reader.findings(decided=options.decided)
        if options.json:
            _print_json({"findings": [asdict(finding) for finding in findings]})
            return
        _print("\n".join(show.lines(reader, findings)))
        if options.html:
            write_page(options.html, reader, findings)
            _print(f"\n{options.html}")


def export(options: Namespace) -> None:
    """Write the store or its figures."""
    from isthmus.data.store import transfer

    store = _store(options)
    kinds = {".zip": transfer.export_store, ".parquet": transfer.write_parquet, ".csv": transfer.write_csv}
    kind = options.file.suffix.lower()
    if kind not in kinds or (kind == ".zip" and options.as_of is not None):
        raise InputError.one(
            where=str(options.file),
            expected="a file ending in .zip (whole store), .parquet or .csv (figures; these also with --as-of)",
            found=kind or "no ending",
            remedy="choose one of them",
        )
    if kind == ".zip":
        count = transfer.export_store(store, options.file)
    else:
        write = transfer.write_parquet if kind == ".parquet" else transfer.write_csv
        count = write(store, options.file, as_of=options.as_of)
    _say(options, {"file": str(options.file), "figures": count}, f"{options.file}: {count:,} figures.")


def import_(options: Namespace) -> None:
    """Take over an exported store."""
    from isthmus.data.store import transfer

    store = _store(options)
    count = transfer.import_store(store, options.file, replace=options.replace)
    _say(options, {"store": str(store.folder), "figures": count}, f"{store.folder}: {count:,} figures.")


def claim(options: Namespace) -> None:
    """Hold one statement or a list of them against the shipped figures and the store's."""
    from isthmus.data.claims import judge
    from isthmus.data.overlay import all_figures

    statements = _statements(options.claim)
    figures = all_figures(_store(options))
    verdicts = [judge(statement, figures) for statement in statements]
    if options.json:
        _print_json({"claims": [asdict(verdict) for verdict in verdicts]})
    else:
        _print("\n\n".join("\n".join(_verdict_lines(verdict)) for verdict in verdicts))


def _statements(text: str) -> list[Statement]:
    from isthmus.data.claims import read_sentence, read_statements

    if text.lower().endswith((".yaml", ".yml")):
        return read_statements(Path(text))
    return [read_sentence(text)]


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    yield f"“{verdict.statement.text}”"
    yield f"{verdict.answer.upper()}: {verdict.reason}."
    for evidence in verdict.evidence:
        unit = f"{evidence.unit} ({evidence.kind})"
        yield f"  {evidence.what}: {evidence.value:,.0f} {unit}; {evidence.source}, seen {evidence.seen}"
        points = evidence.points[-13:]
        yield "    " + "  ".join(f"{period} {value:,.0f}" for period, value in points)


def _outcome_lines(outcome: Outcome) -> Iterator[str]:
    if outcome.loaded is None:
        words = {"unchanged": "nothing has changed", "failed": "failed; what the store holds is untouched"}
        yield f"{outcome.source}: {words.get(outcome.state, outcome.state)}"
        return
    loaded = outcome.loaded
    rules = f", {outcome.n_rules} entry rules" if outcome.n_rules else ""
    counts = f"{loaded.new} new, {loaded.revised} revised, {loaded.unchanged} unchanged, {loaded.held} held back"
    yield f"{outcome.source}: {counts}{rules}"
    for finding in outcome.findings[:8]:
        yield f"  {'held: ' if finding.held else ''}{finding.check}: {finding.text}"
    if len(outcome.findings) > 8:
        yield f"  and {len(outcome.findings) - 8} more: see 'isthmus data review'"


def _sources(options: Namespace) -> list[Source]:
    from isthmus.data.sources import registry

    added = {source.about.name: source for source in registry.from_file(options.plugin)} if options.plugin else {}
    asked = options.sources or list(added) or list(registry.names())
    found: list[Source] = []
    for name in asked:
        if name.lower().endswith((".yaml", ".yml")):
            from isthmus.data.sources.mapping import Mapped

            found.append(Mapped(Path(name)))
        else:
            found.append(added[name] if name in added else registry.find(name))
    for source in found:
        _ = source.about  # a mapping file that is wrong is said before anything is asked
    return found


def _check_groups(groups: tuple[str, ...]) -> None:
    from isthmus.spec.countries import alpha3_codes

    for group in groups:
        if group not in alpha3_codes():
            raise InputError.one(
                where="--group", expected="an ISO 3166-1 alpha-3 code, such as CHN", found=group, remedy="use the country's code"
            )


def _store(options: Namespace) -> Store:
    from isthmus.data.store import Store, default_folder

    folder: Path = options.store or default_folder()
    if folder.exists() and not folder.is_dir():
        raise OutputError.one(where=str(folder), expected="a folder", found="a file", remedy="name another one with --store")
    return Store(folder)


def _say(options: Namespace, content: dict[str, Any], words: str) -> None:
    if options.json:
        _print_json(content)
    else:
        _print(words)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(content: Any) -> None:
    _print(json.dumps(content, indent=2, ensure_ascii=False, default=str))
