"""Writing to a store: figures, receipts, findings and decisions, all of one write or nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from duckdb import DuckDBPyConnection

from isthmus.data.store.records import GOOD, HELD, Finding, Receipt, Rule, SourceRecord
from isthmus.errors import FiguresError, Problem

_PERIOD = """CASE WHEN length(period) = 7 THEN CAST(period[:4] AS INTEGER) * 12 + CAST(period[6:] AS INTEGER) - 1
                  ELSE CAST(period AS INTEGER) END"""

_NEW_SERIES = """
INSERT INTO series
SELECT (SELECT coalesce(max(series_id), 0) FROM series) + row_number() OVER (ORDER BY series, place, grp),
       $source, series, place, grp, kind, unit, publisher, resolution, ''
FROM (SELECT series, place, grp, any_value(kind) kind, any_value(unit) unit, any_value(publisher) publisher,
             CASE WHEN length(any_value(period)) = 7 THEN 'month' ELSE 'year' END resolution
      FROM batch GROUP BY series, place, grp) b
WHERE NOT EXISTS (SELECT 1 FROM series s WHERE s.source = $source AND s.series = b.series AND s.place = b.place AND s.grp = b.grp)
"""

_CLASHES = """
SELECT DISTINCT b.series, b.place, b.grp, s.kind, s.unit, s.resolution, b.kind, b.unit,
       CASE WHEN length(b.period) = 7 THEN 'month' ELSE 'year' END
FROM batch b JOIN series s ON s.source = $source AND s.series = b.series AND s.place = b.place AND s.grp = b.grp
WHERE s.kind <> b.kind OR s.unit <> b.unit OR (length(b.period) = 7) <> (s.resolution = 'month')
"""

_INCOMING = f"""
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT s.series_id, {_PERIOD} AS period, b.value, b.known, b.confidence, nullif(b.note, '') AS note, b.held
FROM batch b JOIN series s ON s.source = $source AND s.series = b.series AND s.place = b.place AND s.grp = b.grp
"""  # noqa: S608  a constant, not input

_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT i.*, old.series_id IS NOT NULL OR i.n > 1 AS revises
FROM (SELECT *, lag(value) OVER w AS before, row_number() OVER w AS n
      FROM incoming WINDOW w AS (PARTITION BY series_id, period ORDER BY known)) i
ASOF LEFT JOIN (SELECT series_id, period, known, arg_max(struct_pack(v := value), seq).v AS value
                FROM figures WHERE series_id IN (SELECT DISTINCT series_id FROM incoming)
                GROUP BY series_id, period, known) old
  ON i.series_id = old.series_id AND i.period = old.period AND i.known >= old.known
WHERE CASE WHEN i.n > 1 THEN i.value IS DISTINCT FROM i.before
           WHEN old.series_id IS NULL THEN TRUE
           ELSE i.value IS DISTINCT FROM old.value END
"""

_INSERT = """
INSERT INTO figures
SELECT (SELECT coalesce(max(seq), 0) FROM figures) + row_number() OVER (ORDER BY series_id, period, known),
       series_id, period, value, known, $recorded, $receipt, CASE WHEN held THEN $held ELSE $good END, confidence, note
FROM fresh ORDER BY series_id, period, known
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a batch of figures changed."""

    new: int
    """Figures of periods that had none."""
    revised: int
    """Figures that differ from what was known."""
    unchanged: int
    held: int
    """Of the new and revised ones, those held back for review."""


class Writer:
    """One write to a store; made by `Store.write`, and gone with it."""

    def __init__(self, connection: DuckDBPyConnection, now: dt.datetime) -> None:
        self._connection = connection
        self.now = now
        """When this write happens, UTC."""

    def describe(self, source: SourceRecord) -> None:
        """Keep what a source says of itself."""
        self._connection.execute(
            "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                source.source,
                source.title,
                source.publisher,
                source.licence,
                source.licence_url,
                source.home,
                source.release_days,
                source.cadence,
            ],
        )

    def receive(self, receipt: Receipt) -> int:
        """Keep where figures came from, and return the number of the receipt."""
        number = self._next("receipts", "receipt_id")
        self._connection.execute(
            "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                receipt.source,
                receipt.url,
                receipt.seen,
                receipt.published,
                receipt.sha256,
                receipt.size,
                receipt.etag,
                receipt.last_modified,
            ],
        )
        return number

    def load(self, source: str, batch: pa.Table, *, receipt: int | None = None) -> Loaded:
        """Add figures; those that say what is known already are not stored again.

        Args:
            source: Whose figures.
            batch: The columns of ``FIGURE_FIELDS``, and ``held`` (bool) where some are to be held back.
            receipt: Number of the receipt they came with.

        Raises:
            FiguresError: A series changed its kind, unit or resolution; nothing is stored.
        """
        if "held" not in batch.column_names:
            batch = batch.append_column("held", pa.repeat(pa.scalar(value=False), batch.num_rows))
        connection = self._connection
        connection.register("batch", batch)
        try:
            self._refuse_clashes(source)
            connection.execute(_NEW_SERIES, {"source": source})
            connection.execute(_INCOMING, {"source": source})
            connection.execute(_FRESH)
            values = {"recorded": self.now, "receipt": receipt, "held": HELD, "good": GOOD}
            connection.execute(_INSERT, values)
            rows = connection.execute(
                "SELECT count(*) FILTER (NOT revises), count(*) FILTER (revises), count(*) FILTER (held) FROM fresh"
            ).fetchall()
        finally:
            connection.unregister("batch")
            connection.execute("DROP TABLE IF EXISTS incoming; DROP TABLE IF EXISTS fresh")
        new, revised, held = rows[0]
        return Loaded(int(new), int(revised), batch.num_rows - int(new) - int(revised), int(held))

    def define(self, source: str, definitions: dict[str, str]) -> None:
        """Keep how the publisher defines each series, by its name."""
        for series, text in definitions.items():
            self._connection.execute("UPDATE series SET definition = ? WHERE source = ? AND series = ?", [text, source, series])

    def note(self, source: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Keep what the checks on arrival found, and return what was not known before.

        What is already known (same check, series, period and words) is not written again.
        """
        rows = self._connection.execute(
            "SELECT check_name, text, period, series_id FROM findings WHERE source = ?", [source]
        ).fetchall()
        known = set(rows)
        number = self._next("findings", "finding_id")
        fresh: list[Finding] = []
        for finding in findings:
            series_id, period, seq = self._place_of(source, finding)
            mark = (finding.check, finding.text, period, series_id)
            if mark in known:
                continue
            known.add(mark)
            self._connection.execute(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                [number + len(fresh), source, finding.check, finding.held, series_id, period, seq, finding.text, self.now],
            )
            fresh.append(finding)
        return tuple(fresh)

    def decide(self, numbers: Sequence[int], *, accept: bool, reason: str) -> int:
        """Accept or reject what findings hold back, and record it.

        Returns:
            How many figures changed their state.

        Raises:
            FiguresError: A number is not that of an open finding.
        """
        marks = ", ".join("?" * len(numbers))
        rows = self._connection.execute(
            f"SELECT finding_id, series_id, period, seq FROM findings WHERE decision IS NULL AND finding_id IN ({marks})",  # noqa: S608
            list(numbers),
        ).fetchall()
        if unknown := sorted(set(numbers) - {row[0] for row in rows}):
            raise FiguresError.one(
                where="data review",
                expected="numbers of open findings",
                found=", ".join(map(str, unknown)),
                remedy="see 'isthmus data review' for the open ones",
            )
        changed = 0
        for number, series_id, period, seq in rows:
            self._connection.execute(
                "UPDATE findings SET decision = ?, decided = ?, reason = ? WHERE finding_id = ?",
                ["accepted" if accept else "rejected", self.now, reason, number],
            )
            if series_id is not None and period is not None:
                changed += self._settle(series_id, period, seq, accept=accept)
        return changed

    def attempt(self, source: str, outcome: str, message: str) -> None:
        """Keep that an update was tried, and how it went."""
        self._connection.execute("INSERT INTO attempts VALUES (?, ?, ?, ?)", [source, self.now, outcome, message])

    def add_rules(self, source: str, rules: Sequence[Rule], *, receipt: int | None = None) -> int:
        """Add entry rules; those that say what is known already are not stored again. Returns how many are new."""
        if not rules:
            return 0
        batch = pa.table(
            {
                "nationality": [rule.nationality for rule in rules],
                "place": [rule.place for rule in rules],
                "requirement": [rule.requirement for rule in rules],
                "days": pa.array([rule.days for rule in rules], pa.int32()),
                "known": pa.array([rule.known for rule in rules], pa.date32()),
            }
        )
        before = self._count("rules")
        self._connection.register("batch", batch)
        self._connection.execute(
            """
            INSERT INTO rules
            SELECT (SELECT coalesce(max(seq), 0) FROM rules) + row_number() OVER (), $source, b.*, $receipt
            FROM batch b ASOF LEFT JOIN (
                SELECT nationality, place, known, arg_max(requirement, seq) requirement,
                       arg_max(struct_pack(d := days), seq).d AS days
                FROM rules WHERE source = $source GROUP BY nationality, place, known) o
              ON b.nationality = o.nationality AND b.place = o.place AND b.known >= o.known
            WHERE o.requirement IS DISTINCT FROM b.requirement OR o.days IS DISTINCT FROM b.days""",
            {"source": source, "receipt": receipt},
        )
        self._connection.unregister("batch")
        return self._count("rules") - before

    def fill(self, tables: Mapping[str, pa.Table]) -> None:
        """Put whole tables of an exported store, of this or an earlier version, into an empty one."""
        for name, table in tables.items():
            if name == "meta":
                continue
            columns = ", ".join(table.column_names)
            self._connection.register("batch", table)
            self._connection.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM batch")  # noqa: S608
            self._connection.unregister("batch")

    def _settle(self, series_id: int, period: int, seq: int | None, *, accept: bool) -> int:
        """Accept or reject the held figures of a finding; with no figure named, all held ones of its period."""
        where = "series_id = ? AND period = ? AND status = ?" + ("" if seq is None else " AND seq = ?")
        values = [series_id, period, HELD, *([] if seq is None else [seq])]
        rows = self._connection.execute(f"SELECT count(*) FROM figures WHERE {where}", values).fetchall()  # noqa: S608
        status = 2 if accept else 3
        self._connection.execute(f"UPDATE figures SET status = {status} WHERE {where}", values)  # noqa: S608
        return int(rows[0][0])

    def _place_of(self, source: str, finding: Finding) -> tuple[int | None, int | None, int | None]:
        """Return the numbers of the series, period and held figure that a finding is about."""
        if finding.key is None:
            return None, None, None
        rows = self._connection.execute(
            "SELECT series_id FROM series WHERE source = ? AND series = ? AND place = ? AND grp = ?", [source, *finding.key]
        ).fetchall()
        if not rows or finding.period is None:
            return (rows[0][0] if rows else None), None, None
        year, _, month = finding.period.partition("-")
        period = int(year) * 12 + int(month) - 1 if month else int(year)
        held = self._connection.execute(
            "SELECT max(seq) FROM figures WHERE series_id = ? AND period = ? AND status = ?", [rows[0][0], period, HELD]
        ).fetchall()
        return rows[0][0], period, held[0][0]

    def _refuse_clashes(self, source: str) -> None:
        rows = self._connection.execute(_CLASHES + " LIMIT 50", {"source": source}).fetchall()
        problems = [
            Problem(
                where=f"{source}: {series} ({group} at {place})",
                expected=f"a {kind} of {unit} by {resolution}, as before",
                found=f"a {new_kind} of {new_unit} by {new_resolution}",
                remedy="a series keeps its kind and unit: give the other figures a series of their own",
            )
            for series, place, group, kind, unit, resolution, new_kind, new_unit, new_resolution in rows
        ]
        if problems:
            raise FiguresError(problems)

    def _next(self, table: str, column: str) -> int:
        return int(self._connection.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchall()[0][0])  # noqa: S608

    def _count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608
