"""How publishers write: files of text, sheets and tables; numbers, months and countries in several languages.

``text`` finds charset and line ends, ``rows`` reads CSV, ``sheets`` workbooks, ``html`` web pages, ``crosstab`` tables
with a column for each month; ``numbers``, ``months`` and ``names`` read cells, strictly.
"""

from __future__ import annotations

from isthmus.data.reading.crosstab import Crosstab, crosstab
from isthmus.data.reading.months import month_number, month_of
from isthmus.data.reading.names import country_code, place_name
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Row

__all__ = ["Crosstab", "Row", "country_code", "crosstab", "month_number", "month_of", "place_name", "whole"]
