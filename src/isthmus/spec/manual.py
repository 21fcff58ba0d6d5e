"""The schema as a manual: what may stand at a field of the document, in words.

Everything is read off the JSON Schema of the models, so blocks added to the schema later are covered.
"""

from __future__ import annotations

import re
from typing import Any, Final

from isthmus.spec.document import Node, Path, one_of

Schema = dict[str, Any]

NOTHING: Final = object()
"""No placeholder can be made."""

_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": ("a lower-case name of letters, digits and _", "x"),
    r"^[a-z][a-z0-9-]{0,59}$": ("a lower-case name of letters, digits and -", "x"),
    r"^[A-Z]{3}$": ("a nationality as ISO 3166-1 alpha-3 code, three capital letters (CHN)", "NOR"),
    r"^[A-Z][A-Z]{2}$": ("a currency as ISO 4217 code, three capital letters (USD)", "USD"),
    r"^[A-Z]{2}$": ("a country as ISO 3166-1 alpha-2 code, two capital letters (EC)", "NO"),
    r"^\d{4}-(0[1-9]|1[0-2])$": ("a month as YYYY-MM", "2000-01"),
}


class Manual:
    """Looks up the schema of fields."""

    def __init__(self, schema: Schema) -> None:
        self.root = schema
        self.definitions: dict[str, Schema] = schema.get("$defs", {})

    def at(self, path: Path, document: Node) -> Schema:
        """Return the schema of a field; where several forms are allowed, of the form the document uses."""
        schema = self.root
        node: Node | None = document
        for key in path:
            schema = self._step(self.form(schema, node), key)
            node = node.child(key) if node is not None else None
        return self._resolve(schema)

    def form(self, schema: Schema, node: Node | None) -> Schema:
        """Return the one of several allowed forms that a value is meant to be."""
        schema = self._resolve(schema)
        options = self._options(schema)
        if not options:
            return schema
        tag = schema.get("discriminator")
        if tag and node is not None:
            chosen = node.child(tag["propertyName"])
            name = chosen.value if chosen is not None else None
            target = tag["mapping"].get(name) if isinstance(name, str) else None
            return self._resolve({"$ref": target}) if target else schema
        wanted = "object" if node is not None and node.is_mapping else "array"
        for option in options:
            found = self._resolve(option)
            if found.get("type") == wanted or (wanted == "object" and self._options(found)):
                return self.form(found, node)
        return self._resolve(options[0])

    def keys(self, schema: Schema) -> list[str]:
        """Return the keys that a mapping may have, empty if they are free names."""
        schema = self._resolve(schema)
        if "discriminator" in schema:
            return [str(schema["discriminator"]["propertyName"])]
        names = schema.get("propertyNames", {}).get("enum")
        return list(names) if names else list(schema.get("properties", {}))

    def key_words(self, schema: Schema) -> str:
        """Return in words what the keys of a mapping of free names must be."""
        schema = self._resolve(schema)
        names = schema.get("propertyNames", {})
        if "enum" in names:
            return f"one of {one_of(names['enum'])}"
        pattern = names.get("pattern") or next(iter(schema.get("patternProperties", {})), "")
        return _pattern_words(pattern) if pattern else "a name"

    def tags(self, schema: Schema) -> list[str]:
        """Return the values of the key that tells the allowed forms apart."""
        schema = self._resolve(schema)
        for option in [schema, *map(self._resolve, self._options(schema))]:
            if "discriminator" in option:
                return list(option["discriminator"]["mapping"])
        return []

    def words(self, schema: Schema) -> str:
        """Return in words what may stand at a field."""
        schema = self._resolve(schema)
        if "discriminator" in schema:
            tag = schema["discriminator"]
            what = "prior" if tag["propertyName"] == "dist" else "mapping"
            return f"a {what} ({{{tag['propertyName']}: {' | '.join(tag['mapping'])}, ...}})"
        options = [option for option in self._options(schema) if option.get("type") != "null"]
        if options:
            return " or ".join(self.words(option) for option in options)
        if "const" in schema:
            return f"{schema['const']}"
        if "enum" in schema:
            return f"one of {one_of(map(str, schema['enum']))}"
        say = {
            "number": _number_words,
            "integer": _number_words,
            "string": _text_words,
            "array": self._list_words,
            "object": self._mapping_words,
        }.get(schema.get("type", ""))
        return say(schema) if say else "a value"

    def meaning(self, schema: Schema) -> str:
        """Return the first sentence of a field's description, or nothing."""
        text = str(schema.get("description", "")).split("\n")[0]
        return re.split(r"(?<=[a-z)])\. ", text)[0].rstrip(".")

    def placeholder(self, schema: Schema) -> Any:
        """Return a value that the schema accepts, or NOTHING; stands in for a faulty value so that checks go on."""
        schema = self._resolve(schema)
        if "default" in schema:
            return schema["default"]
        for option in self._options(schema):
            found = self.placeholder(option)
            if found is not NOTHING:
                return found
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        make = {
            "number": _number_within,
            "integer": _number_within,
            "string": _matching,
            "array": self._list_placeholder,
            "object": self._mapping_placeholder,
        }.get(schema.get("type", ""))
        return make(schema) if make else NOTHING

    def _mapping_words(self, schema: Schema) -> str:
        listed = one_of(self.keys(schema), limit=8)
        return f"a mapping ({listed})" if listed else f"a mapping whose keys are each {self.key_words(schema)}"

    def _list_words(self, schema: Schema) -> str:
        fixed = schema.get("prefixItems")
        if fixed:
            return f"a list of {len(fixed)}: {', '.join(self.words(item) for item in fixed)}"
        item = schema.get("items")
        return f"a list, each item {self.words(item)}" if item else "a list"

    def _list_placeholder(self, schema: Schema) -> Any:
        if schema.get("minItems", 0) == 0:
            return []
        items = [self.placeholder(item) for item in schema.get("prefixItems", [])]
        return NOTHING if NOTHING in items or not items else items

    def _mapping_placeholder(self, schema: Schema) -> Any:
        if schema.get("minProperties", 0):
            return NOTHING
        made = {name: self.placeholder(schema["properties"][name]) for name in schema.get("required", [])}
        return NOTHING if any(value is NOTHING for value in made.values()) else made

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self.definitions[schema["$ref"].rsplit("/", 1)[-1]], **rest}
        return schema

    def _options(self, schema: Schema) -> list[Schema]:
        return [self._resolve(option) for option in schema.get("anyOf") or schema.get("oneOf") or []]

    def _step(self, schema: Schema, key: str | int) -> Schema:
        found: Any = None
        if isinstance(key, int):
            fixed = schema.get("prefixItems", [])
            found = fixed[key] if key < len(fixed) else schema.get("items")
        else:
            found = schema.get("properties", {}).get(key)
            if found is None:
                patterns = schema.get("patternProperties", {})
                extra = schema.get("additionalProperties")
                found = next(iter(patterns.values()), extra if isinstance(extra, dict) else None)
        return self._resolve(found) if isinstance(found, dict) else {}


def _pattern_words(pattern: str) -> str:
    return _PATTERNS[pattern][0] if pattern in _PATTERNS else f"text of the form {pattern}"


def _text_words(schema: Schema) -> str:
    if schema.get("format") == "date":
        return "a date as YYYY-MM-DD"
    return _pattern_words(schema["pattern"]) if "pattern" in schema else "text"


def _number_words(schema: Schema) -> str:
    what = "a whole number" if schema.get("type") == "integer" else "a number"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        share = " (a probability or share)" if (low, high) == (0, 1) else ""
        return f"{what} from {low:g} to {high:g}{share}"
    bounds = [
        f"{words} {schema[key]:g}"
        for key, words in (
            ("exclusiveMinimum", "above"),
            ("minimum", "at least"),
            ("exclusiveMaximum", "below"),
            ("maximum", "at most"),
        )
        if key in schema
    ]
    link = " of " if bounds and bounds[0].startswith("at") else " "
    return f"{what}{link}{' and '.join(bounds)}".strip()


def _number_within(schema: Schema) -> Any:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        middle = (low + high) / 2
        return int(middle) if schema.get("type") == "integer" else middle
    if low is not None:
        return low + 1
    return high - 1 if high is not None else 1


def _matching(schema: Schema) -> Any:
    pattern = schema.get("pattern")
    if pattern is None:
        return "2000-01-01" if schema.get("format") == "date" else "x"
    return _PATTERNS[pattern][1] if pattern in _PATTERNS else NOTHING
