"""Any table, driven by a mapping file: a ministry's spreadsheet, a CSV file with HXL hashtags."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from isthmus.data.columns import person_problems
from isthmus.data.reading import country_code, crosstab, month_of, place_name, whole
from isthmus.data.reading.numbers import MISSING, measured
from isthmus.data.reading.rows import Grid, Row, as_text, check_columns, plain
from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Stated, Wanted
from isthmus.data.sources.mapping_file import MappingFile, read_mapping
from isthmus.data.store.records import Finding
from isthmus.data.web import Answer, Web
from isthmus.errors import SourceError

_TAG = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(\s*\+\s*[A-Za-z][A-Za-z0-9_]*)*")
_USUAL = {
    "period": ("#date+start", "#date+occurred", "#date"),
    "year": (),
    "group": ("#country+origin+code", "#country+origin", "#population+nationality"),
    "place": ("#country+code-origin", "#adm1+code", "#country-origin", "#loc"),
}
_VALUES = ("#affected", "#inneed", "#population", "#indicator+value", "#indicator+num", "#value")


@dataclass(frozen=True)
class Mapped:
    """A source made from a mapping file."""

    path: Path

    @cached_property
    def mapping(self) -> MappingFile:
        """The mapping file, read and checked."""
        return read_mapping(self.path)

    @property
    def folder(self) -> Path | None:
        """Folder of the table, where it is a file."""
        return (self.path.parent / self.mapping.file).parent if self.mapping.file else None

    @cached_property
    def about(self) -> About:
        """What the mapping file says of the table."""
        said = self.mapping
        return About(
            name=said.name,
            title=said.file or said.url or said.name,
            publisher=said.publisher,
            licence=said.licence,
            home=said.url or f"file:{Path(said.file or '').name}",
            series=tuple(SeriesAbout(s.name, s.kind, s.unit, s.counts) for s in said.series),
            release_days=said.release_days,
            cadence=said.cadence,
            confidence=said.confidence,
        )

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Read the table.

        Raises:
            SourceError: The table is not what the mapping file says.
        """
        del wanted
        answer = web.get(self.about.home, only_if_changed=True)
        grids = self._grids(answer)
        published = dt.date.fromisoformat(self.mapping.published) if self.mapping.published else answer.published
        if self.mapping.layout == "months":
            return self._months(grids, answer.where, published)
        return self._rows(grids, answer.where, published)

    def _grids(self, answer: Answer) -> dict[str, Grid]:
        grids = answer.grids()
        sheet = self.mapping.sheet
        if sheet is not None and sheet not in grids:
            raise SourceError.one(
                where=answer.where,
                expected=f"a sheet {sheet!r}",
                found=", ".join(map(repr, grids)) or "no sheets",
                remedy=f"correct 'sheet' in {self.path}",
            )
        return grids if sheet is None else {sheet: grids[sheet]}

    def _months(self, grids: Mapping[str, Grid], where: str, published: dt.date | None) -> Delivery:
        said, series = self.mapping, self.mapping.series[0].name
        place = said.place or said.name
        readings: list[Reading] = []
        stated: list[Stated] = []
        remarks: list[Finding] = []
        for table in crosstab(grids, where=where, year=said.year):
            readings += [Reading(series, place, group, month, value) for (group, month), value in table.values.items()]
            first = f"{table.year}-01"
            stated += [Stated(series, place, group, first, table.last, n) for group, n in table.stated.items() if table.last]
            remarks += [Finding("name", f"{table.year}: no country and left out: {text}") for text in table.unknown]
        return Delivery(readings, tuple(stated), remarks=tuple(remarks), published=published)

    def _rows(self, grids: Mapping[str, Grid], where: str, published: dt.date | None) -> Delivery:
        unknown: dict[str, int] = {}
        sums: dict[tuple[str, str, str, str], float | None] = {}
        readings: list[Reading] = []
        for row, columns, values in self._mapped(grids, where):
            period = self._period(row, columns)
            place = self.mapping.place or (place_name(row[columns["place"]]) if "place" in columns else self.mapping.name)
            group = self._group(row, columns, unknown)
            for series, column in values.items():
                value = self._value(row, column)
                key = (series, place, group, period)
                if self.mapping.add_up:
                    sums[key] = value if sums.get(key) is None else (sums[key] or 0.0) + (value or 0.0)
                else:
                    readings.append(Reading(*key, value))
        readings += [Reading(*key, value) for key, value in sums.items()]
        remarks = [Finding("name", f"{name!r} is no known country: {n} rows counted as other") for name, n in unknown.items()]
        return Delivery(readings, remarks=tuple(remarks), published=published)

    def _mapped(self, grids: Mapping[str, Grid], where: str) -> Iterator[tuple[Row, dict[str, str], dict[str, str]]]:
        """Yield each row with the columns of its fields and series."""
        for sheet, grid in grids.items():
            at = f"{where}{f': {sheet}' if sheet else ''}"
            head = self._head(grid)
            if head is None:
                continue
            names = [as_text(cell) for cell in grid[head]]
            titles = [as_text(cell) for cells in grid[max(0, head - 1) : head + 1] for cell in cells]
            # A table with a column about a person is refused as a whole, whatever the mapping asks for.
            if faults := person_problems(at, [title for title in titles if title and not title.startswith("#")]):
                raise SourceError(faults)
            columns, values = self._columns(names, at), self._values(names, at)
            for number, cells in enumerate(grid[head + 1 :], start=head + 2):
                texts = [as_text(cell) for cell in cells[: len(names)]] + [""] * (len(names) - len(cells))
                if any(texts):
                    yield Row(number, {plain(n): text for n, text in zip(names, texts, strict=True) if n}, at), columns, values
            return
        asked = [name for name in self._asked() if not name.startswith("#")]
        check_columns([], asked or ["#date"], where=where)

    def _asked(self) -> list[str]:
        columns = self.mapping.columns
        named = [columns.period, columns.year, columns.group, columns.place, *(s.value for s in self.mapping.series)]
        return [name for name in named if name]

    def _head(self, grid: Grid) -> int | None:
        """Return the line with the hashtags, or the one with the columns that the mapping names."""
        for number, cells in enumerate(grid[:100]):
            texts = [as_text(cell) for cell in cells]
            if sum(bool(_TAG.fullmatch(text)) for text in texts) >= 2:
                return number
        asked = {plain(name) for name in self._asked()}
        for number, cells in enumerate(grid[:100]):
            if asked and asked <= {plain(as_text(cell)) for cell in cells}:
                return number
        nearest_line = max(range(len(grid[:100])), key=lambda n: len(asked & {plain(as_text(c)) for c in grid[n]}), default=None)
        return nearest_line if asked and nearest_line is not None else None

    def _columns(self, names: Sequence[str], where: str) -> dict[str, str]:
        found: dict[str, str] = {}
        fixed = {"group": self.mapping.group, "place": self.mapping.place}
        for field, usual in _USUAL.items():
            asked = getattr(self.mapping.columns, field)
            if asked:
                found[field] = _column(names, (asked,), where)
            elif fixed.get(field) is None and any(_matches(name, pattern) for name in names for pattern in usual):
                found[field] = _column(names, usual, where)
        if "period" not in found:
            found["period"] = _column(names, ("#date",), where)
        return found

    def _values(self, names: Sequence[str], where: str) -> dict[str, str]:
        return {
            series.name: _column(names, (series.value,) if series.value else _VALUES, where) for series in self.mapping.series
        }

    def _period(self, row: Row, columns: Mapping[str, str]) -> str:
        year = row[columns["year"]] if "year" in columns else ""
        try:
            return month_of(row[columns["period"]], year)
        except ValueError:
            raise row.error(at=columns["period"], expected="a month (2024-05, mayo 2024, 31/05/2024) or a year") from None

    def _group(self, row: Row, columns: Mapping[str, str], unknown: dict[str, int]) -> str:
        if "group" not in columns:
            return self.mapping.group or "ALL"
        name = row[columns["group"]]
        if re.fullmatch(r"(gran )?total( general)?|all|todos|todas", plain(name)):
            return "ALL"
        code = country_code(name)
        if code is None:
            unknown[name] = unknown.get(name, 0) + 1
            return "OTH"
        return code

    def _value(self, row: Row, column: str) -> float | None:
        missing = MISSING | {word.casefold() for word in self.mapping.missing}
        marks = self.mapping.numbers
        try:
            if marks is not None:
                return measured(row[column], decimal=marks.decimal, thousands=marks.thousands, missing=missing)
            return whole(row[column], missing=missing)
        except ValueError:
            raise row.error(at=column, expected="a number; say in 'numbers' how the table writes them") from None


def _column(names: Sequence[str], patterns: Sequence[str], where: str) -> str:
    """Return the one column that the first pattern with a match means."""
    for pattern in patterns:
        fits = [name for name in names if _matches(name, pattern)]
        exact = [name for name in fits if _tag(name) == _tag(pattern)]
        if len(fits) == 1 or len(exact) == 1:
            return (exact if len(exact) == 1 else fits)[0]
        if fits:
            raise SourceError.one(
                where=f"{where}: {pattern}", expected="one column", found=", ".join(fits), remedy="name it in the mapping file"
            )
    check_columns([plain(name) for name in names], [patterns[0]], where=where)
    return patterns[0]


def _matches(name: str, pattern: str) -> bool:
    """Return whether a column is meant: by its name, or by its hashtag.

    A hashtag has the pattern's tag, all its attributes with a plus and none of those with a minus.
    """
    if not pattern.startswith("#"):
        return plain(name) == plain(pattern)
    wanted, *unwanted = re.sub(r"\s", "", pattern).casefold().split("-")
    tag, attributes = _tag(wanted)
    its_tag, its_attributes = _tag(name)
    return tag == its_tag and attributes <= its_attributes and not its_attributes & set(unwanted)


def _tag(text: str) -> tuple[str, frozenset[str]]:
    tag, *attributes = re.sub(r"\s", "", text).casefold().split("+")
    return tag, frozenset(attributes)
