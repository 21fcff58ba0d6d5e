"""Reading a store: series as known on a day, what is held back, how old everything is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from isthmus.data.cells import nearest
from isthmus.data.figures import Figures
from isthmus.data.series import Figure, FlowSeries, StockSeries, series_of
from isthmus.data.store.records import Finding, Rule, SourceRecord, SourceState, StoredFinding
from isthmus.errors import FiguresError, Problem
from isthmus.timegrid import month_name

_COLUMNS = """
s.series, s.place, s.grp AS "group", f.period, s.resolution, s.kind, s.unit, f.value, s.publisher, f.known, f.confidence, f.note
"""
_VISIBLE = "f.status IN (0, 2)"


class Reader:
    """One state of a store; made by `Store.read`."""

    def __init__(self, connection: DuckDBPyConnection, damaged: tuple[Problem, ...] = ()) -> None:
        self._connection = connection
        self.damaged = damaged
        """What is wrong with newer states of the store than this one."""

    def series(
        self,
        name: str,
        *,
        place: str | None = None,
        group: str | None = None,
        source: str | None = None,
        as_of: dt.date | None = None,
    ) -> FlowSeries | StockSeries:
        """Return a series as known on a day; place, group and source may be left out where there is one.

        Args:
            name: Of the series, such as ``darien_transits``.
            place: Where.
            group: Nationality, ISO 3166-1 alpha-3, or ``ALL``.
            source: Whose, where several sources have it.
            as_of: Only figures published or seen up to this day exist. Absent: the latest.

        Raises:
            FiguresError: There is none, or several fit, or nothing of it was known on that day.
        """
        number, about = self._one(name, place=place, group=group, source=source)
        # one table, no window: of a period the figure that became known last is the last of its rows
        found = self._connection.execute(
            f"""SELECT f.period, f.value, f.known, f.confidence, f.note FROM figures f
            WHERE f.series_id = ? AND f.known <= ? AND {_VISIBLE} ORDER BY f.period, f.known, f.seq""",  # noqa: S608
            [number, as_of or dt.date.max],
        ).fetchall()
        where, who, resolution, kind, unit, publisher = about
        rows = [
            (name, where, who, period, resolution, kind, unit, value, publisher, known, confidence, note)
            for period, (value, known, confidence, note) in {row[0]: row[1:] for row in found}.items()
        ]
        if not rows:
            raise FiguresError.one(
                where=f"store: {name}",
                expected=f"figures known on {as_of}" if as_of else "figures that are not held back",
                found="none",
                remedy="ask for a later day" if as_of else "see 'isthmus data review'",
            )
        return series_of([_figure(row) for row in rows])

    def figures(self, names: Sequence[str] | None = None, *, source: str | None = None, as_of: dt.date | None = None) -> Figures:
        """Return figures in every vintage known on a day, as a table of figures.

        Args:
            names: Series wanted. Absent: all.
            source: Whose. Absent: all sources'; the same series from two sources raises.
            as_of: Only figures published or seen up to this day exist. Absent: all.
        """
        rows = self._connection.execute(
            f"""SELECT {_COLUMNS} FROM figures f JOIN series s USING (series_id)
            WHERE f.known <= ? AND {_VISIBLE} AND (? OR list_contains(?, s.series)) AND (? IS NULL OR s.source = ?)
            QUALIFY row_number() OVER (PARTITION BY f.series_id, f.period, f.known ORDER BY f.seq DESC) = 1
            ORDER BY s.series, s.place, s.grp, f.period, f.known""",  # noqa: S608
            [as_of or dt.date.max, names is None, list(names or ()), source, source],
        ).fetchall()
        return Figures(tuple(_figure(row) for row in rows))

    def names(self) -> tuple[str, ...]:
        """Return the names of all series."""
        return tuple(row[0] for row in self._connection.execute("SELECT DISTINCT series FROM series ORDER BY 1").fetchall())

    def keys(self, source: str) -> dict[tuple[str, str, str], str]:
        """Return the definitions of a source's series by series, place and group."""
        rows = self._connection.execute("SELECT series, place, grp, definition FROM series WHERE source = ?", [source])
        return {(row[0], row[1], row[2]): row[3] or "" for row in rows.fetchall()}

    def rules(self, *, as_of: dt.date | None = None) -> tuple[Rule, ...]:
        """Return the entry rules as known on a day, one for each nationality and place."""
        rows = self._connection.execute(
            """SELECT nationality, place, requirement, days, known FROM rules WHERE known <= ?
            QUALIFY row_number() OVER (PARTITION BY nationality, place ORDER BY known DESC, seq DESC) = 1
            ORDER BY nationality, place""",
            [as_of or dt.date.max],
        ).fetchall()
        return tuple(Rule(*row) for row in rows)

    def findings(self, *, decided: bool = False, source: str | None = None) -> tuple[StoredFinding, ...]:
        """Return the findings that nobody has decided on, or those that somebody has."""
        rows = self._connection.execute(
            """SELECT g.finding_id, g.source, g.check_name, g.text, g.held, s.series, s.place, s.grp, g.period, s.resolution,
                      g.found, f.value, g.decision, g.decided, g.reason
            FROM findings g LEFT JOIN series s USING (series_id) LEFT JOIN figures f ON f.seq = g.seq
            WHERE (g.decision IS NOT NULL) = ? AND (? IS NULL OR g.source = ?) ORDER BY g.finding_id""",
            [decided, source, source],
        ).fetchall()
        return tuple(_finding(row) for row in rows)

    def states(self) -> tuple[SourceState, ...]:
        """Return how old each source's figures are, by the source's name."""
        rows = self._connection.execute(
            """
            WITH f AS (SELECT s.source, count(DISTINCT s.series_id) n_series, count(*) n_figures,
                              count(*) FILTER (f.status = 1) n_held, max(f.known) known,
                              max(CASE WHEN s.resolution = 'month' THEN f.period ELSE f.period * 12 + 11 END)
                                  FILTER (f.value IS NOT NULL) last
                       FROM figures f JOIN series s USING (series_id) GROUP BY 1),
                 a AS (SELECT source, max(tried) tried, arg_max(outcome, tried) outcome,
                             arg_max(message, tried) message FROM attempts GROUP BY 1),
                 r AS (SELECT source, max(seen) seen FROM receipts GROUP BY 1),
                 o AS (SELECT source, count(*) n FROM findings WHERE decision IS NULL GROUP BY 1)
            SELECT d.*, coalesce(n_series, 0), coalesce(n_figures, 0), coalesce(o.n, 0), coalesce(n_held, 0), f.last, f.known,
                   r.seen, a.tried, a.outcome, a.message
            FROM sources d LEFT JOIN f USING (source) LEFT JOIN a USING (source) LEFT JOIN r USING (source)
            LEFT JOIN o USING (source) ORDER BY d.source"""
        ).fetchall()
        return tuple(_state(row) for row in rows)

    def validators(self, url: str) -> tuple[str | None, str | None]:
        """Return (ETag, Last-Modified) of the last answer from an address."""
        rows = self._connection.execute(
            "SELECT etag, last_modified FROM receipts WHERE url = ? ORDER BY receipt_id DESC LIMIT 1", [url]
        ).fetchall()
        return (rows[0][0], rows[0][1]) if rows else (None, None)

    def table(self, name: str) -> pa.Table:
        """Return one table of the store as it is, for export."""
        return self._connection.sql(f"SELECT * FROM {name}").to_arrow_table()  # noqa: S608  names are ours

    def flat(self, *, as_of: dt.date | None = None) -> pa.Table:
        """Return every visible figure in every vintage known on a day, with its series, source, licence and address."""
        return self._connection.sql(
            f"""SELECT s.series, s.place, s.grp AS "group",
                   CASE WHEN s.resolution = 'month' THEN format('{{:04d}}-{{:02d}}', f.period // 12, f.period % 12 + 1)
                        ELSE format('{{:04d}}', f.period) END AS period,
                   s.kind, s.unit, f.value, s.publisher, f.known AS published_or_seen, f.confidence, coalesce(f.note, '') AS note,
                   s.source, d.licence, r.url, r.sha256, f.recorded
            FROM figures f JOIN series s USING (series_id) LEFT JOIN sources d USING (source)
            LEFT JOIN receipts r USING (receipt_id) WHERE f.known <= ? AND {_VISIBLE} ORDER BY f.seq""",  # noqa: S608
            params=[as_of or dt.date.max],
        ).to_arrow_table()

    def _one(
        self, name: str, *, place: str | None, group: str | None, source: str | None
    ) -> tuple[int, tuple[str, str, str, str, str, str]]:
        """Number of the only series that fits, and its place, group, resolution, kind, unit and publisher."""
        rows = self._connection.execute(
            """SELECT series_id, source, place, grp, resolution, kind, unit, publisher FROM series
            WHERE series = ? AND (? IS NULL OR place = ?) AND (? IS NULL OR grp = ?) AND (? IS NULL OR source = ?)""",
            [name, place, place, group, group, source, source],
        ).fetchall()
        if len(rows) == 1:
            return int(rows[0][0]), rows[0][2:]
        wanted = f"{group or 'one group'} at {place or 'one place'}" + (f" from {source}" if source else "")
        known = self.names()
        if not rows and name in known:
            rows = self._connection.execute(
                "SELECT series_id, source, place, grp FROM series WHERE series = ?", [name]
            ).fetchall()
        there = ", ".join(f"{g} at {p} from {s}" for _, s, p, g, *_ in rows[:10])
        remedy = "name place, group and source" if rows else nearest(name, known or ("none: the store is empty",))
        raise FiguresError.one(where=f"store: {name}", expected=wanted, found=there or "no such series", remedy=remedy)


def period_name(number: int, resolution: str) -> str:
    """Return ``YYYY-MM`` or ``YYYY`` of a period as the store keeps it."""
    return month_name(number) if resolution == "month" else f"{number:04d}"


def _figure(row: tuple[Any, ...]) -> Figure:
    series, place, group, period, resolution, kind, unit, value, publisher, known, confidence, note = row
    return Figure(
        series,
        place,
        group,
        period_name(period, resolution),
        kind,
        unit,
        value,
        publisher,
        known.isoformat(),
        confidence,
        note or "",
    )


def _finding(row: tuple[Any, ...]) -> StoredFinding:
    number, source, check, text, held, series, place, group, period, resolution, found, value, decision, decided, reason = row
    key = (series, place, group) if series else None
    named = period_name(period, resolution) if period is not None and resolution else None
    return StoredFinding(number, source, Finding(check, text, held, key, named), found, value, decision, decided, reason)


def _state(row: tuple[Any, ...]) -> SourceState:
    record = SourceRecord(*row[:8])
    n_series, n_figures, n_open, n_held, last, *rest = row[8:]
    return SourceState(record, n_series, n_figures, n_open, n_held, month_name(last) if last is not None else None, *rest)
