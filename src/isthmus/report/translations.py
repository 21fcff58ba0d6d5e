"""Words of a corridor file in other languages: a catalogue beside it, where there is one."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from isthmus.report.language import Language
from isthmus.spec.load import shipped


@cache
def own_words(corridor: str, language: Language) -> dict[str, str]:
    """Labels, title and notes of a shipped corridor in a language; empty where nobody has translated them."""
    path = shipped().get(corridor)
    file = path.parent / f"{language}.po" if path is not None else None
    if language == "en" or file is None or not file.is_file():
        return {}
    from babel.messages.pofile import read_po  # noqa: PLC0415 - heavy, and English needs none

    catalogue = read_po(BytesIO(file.read_bytes()), locale=language)
    return {str(one.id): str(one.string) for one in catalogue if one.id and one.string}
