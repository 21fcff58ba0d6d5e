"""Where figures come from: one module per publisher, none of which knows another.

``contract`` says what a source is, ``registry`` finds them, also those of other packages (entry points of the group
``isthmus.sources``). Adding one: ``docs/adding-a-source.md``.
"""

from __future__ import annotations

from isthmus.data.sources.contract import About, Delivery, Reading, SeriesAbout, Source, Stated, Wanted

__all__ = ["About", "Delivery", "Reading", "SeriesAbout", "Source", "Stated", "Wanted"]
