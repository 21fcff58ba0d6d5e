"""``simsetting.yml``: Flee's settings as one frozen record, with the defaults of Flee's code."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from isthmus.interop.flee.plain_yaml import Item, plain_items
from isthmus.interop.flee.quirks import Mode, Quirk
from isthmus.interop.flee.rows import Findings


@dataclass(frozen=True)
class Settings:
    """What moves and spawns people. Names are Flee's; km, days, persons, chances per day."""

    max_move_speed: float = 360.0
    max_walk_speed: float = 35.0
    foreign_weight: float = 1.0
    camp_weight: float = 1.0
    conflict_weight: float = 1.0 / 3.16227766017
    conflict_movechance: float = 1.0
    camp_movechance: float = 0.001
    idpcamp_movechance: float = 0.1
    default_movechance: float = 0.3
    awareness_level: int = 1
    capacity_buffer: float = 0.9
    capacity_scaling: float = 1.0
    softening: float = 10.0
    weight_softening: float = 0.0
    weight_power: float = 1.0
    distance_power: float = 1.0
    pruning_threshold: float = 1.0
    movechance_pop_base: float = 1e4
    movechance_pop_scale_factor: float = 0.0
    start_on_foot: bool = False
    avoid_short_stints: bool = False
    use_pop_for_loc_weight: bool = False
    pop_power_for_loc_weight: float = 0.1
    stay_close_to_home: bool = False
    home_distance_power: float = 0.5
    use_v1_rules: bool = False
    fixed_routes: bool = False
    """One route to each place within awareness, and the major routes."""
    use_economic_pull: bool = False
    flee_when_starving: bool = False
    flood_movechances: tuple[float, ...] = ()
    """Chance to leave by flood level from 0; in place of all others where the level is above 0."""
    flood_loc_weights: tuple[float, ...] = ()
    """What multiplies the score of a place, likewise."""

    take_from_population: bool = False
    insert_day0: bool = True
    empty_camps_on_day0: bool = False
    sum_from_camps: bool = True
    camps_are_sinks: bool = False
    read_from_agents_csv_file: bool = False
    conflict_spawn_decay: tuple[float, ...] = ()
    conflict_spawn_decay_interval: int = 30
    spawn_mode: str = ""
    """Empty: by the observed totals; else constant, pop_ratio or poisson, of conflict_driven_spawning."""
    displaced_per_conflict_day: float = 0.0

    hasten: int = 1
    number_of_steps: int = -1
    default_conflict_intensity: float = 1.0
    """Of a place that location_changes.csv turns into a conflict zone."""

    two_names_close_a_link: bool = False
    """Ours: a closure of type location with two names closes what is between them, not all links of the first."""
    attraction: tuple[tuple[str, float], ...] = field(default=())
    """Ours: multipliers of the scores of places, by name; what calibration learns."""


MOVE = (
    *("max_move_speed", "max_walk_speed", "foreign_weight", "camp_weight", "conflict_weight"),
    *("conflict_movechance", "camp_movechance", "idpcamp_movechance", "default_movechance", "awareness_level"),
    *("capacity_buffer", "capacity_scaling", "softening", "weight_softening", "weight_power", "distance_power"),
    *("pruning_threshold", "movechance_pop_base", "movechance_pop_scale_factor", "start_on_foot"),
    *("avoid_short_stints", "use_pop_for_loc_weight", "pop_power_for_loc_weight", "stay_close_to_home"),
    *("home_distance_power", "use_v1_rules", "fixed_routes", "use_economic_pull", "flee_when_starving"),
)
FLOODS = ("flood_movechances", "flood_loc_weights")
SPAWN = (
    *("take_from_population", "insert_day0", "empty_camps_on_day0", "sum_from_camps", "camps_are_sinks"),
    *("read_from_agents_csv_file", "conflict_spawn_decay", "conflict_spawn_decay_interval"),
)
WITHOUT_EFFECT = {
    "": ("conflict_input_file", "flood_level_input_file"),
    "spawn_rules": ("conflict_zone_spawning_only", "average_social_connectivity"),
    "move_rules": ("max_crossing_speed", "avg_religion_fraction"),
    "flood_rules": (
        *("max_flood_level", "flood_link_weights", "flood_forecaster_timescale", "flood_forecaster_end_time"),
        *("flood_forecaster_weights", "flood_awareness_weights"),
    ),
    "log_levels": ("agent", "link", "camp", "conflict", "init", "idp_totals", "granularity"),
}
"""Keys that Flee knows and that change no count here."""
UNSUPPORTED = {
    "spawn_rules": (
        *("flood_zone_spawning_only", "flood_driven_spawning", "flood_driven_spawn_mode", "starvation_driven_spawning"),
    ),
    "move_rules": (
        *("two_system_decision_making", "ChildrenAvoidHazards", "BoysTakeRisk"),
        *("MatchCampReligion", "MatchCampEthnicity", "MatchTownEthnicity", "MatchConflictEthnicity"),
        *("WomenAvoidHazards", "ElderlyAvoidHazards", "avoid_food_deprived_locations", "harvest_months"),
    ),
    "flood_rules": ("flood_forecaster",),
}
"""Keys whose rules are not here; only off will do."""
SECTIONS: dict[str, tuple[str, ...]] = {
    "": (
        "number_of_steps",
        "default_conflict_intensity",
        "log_levels",
        "spawn_rules",
        "move_rules",
        "optimisations",
        *WITHOUT_EFFECT[""],
    ),
    "move_rules": (*MOVE, "flood_rules", *WITHOUT_EFFECT["move_rules"], *UNSUPPORTED["move_rules"]),
    "flood_rules": (*FLOODS, *WITHOUT_EFFECT["flood_rules"], *UNSUPPORTED["flood_rules"]),
    "spawn_rules": (*SPAWN, "conflict_driven_spawning", *WITHOUT_EFFECT["spawn_rules"], *UNSUPPORTED["spawn_rules"]),
    "optimisations": ("hasten",),
    "log_levels": WITHOUT_EFFECT["log_levels"],
    "conflict_driven_spawning": ("spawn_mode", "displaced_per_conflict_day"),
}
SPAWN_MODES = ("", "constant", "pop_ratio", "poisson")


@dataclass(frozen=True)
class Entry:
    """One key of the file."""

    section: str
    key: str
    value: Any
    where: str


def read_settings(path: Path, findings: Findings) -> Settings:
    """Read a settings file; what is wrong goes to ``findings``, and the default holds."""
    try:
        entries = list(_entries(path, findings))
    except FileNotFoundError:
        findings.error(str(path), "a settings file", "no such file", "name one with --settings")
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(path, error, findings)
    values: dict[str, Any] = {}
    for entry in entries:
        _take(entry, values, findings)
    settings = replace(Settings(), **values)
    _check(settings, path, findings)
    if settings.spawn_mode:
        given, share = settings.displaced_per_conflict_day, settings.spawn_mode == "pop_ratio"
        number = (0.01 if share else 500.0) if given < 0.0 else given if share else float(int(given))
        settings = replace(settings, displaced_per_conflict_day=number)
    if settings.use_v1_rules:
        settings = replace(settings, camp_weight=2.0, conflict_weight=0.25, max_move_speed=200.0)
        settings = replace(settings, start_on_foot=False, avoid_short_stints=False)
    return settings


def _unreadable(path: Path, error: Exception, findings: Findings) -> Settings:
    findings.error(str(path), "a settings file in YAML", " ".join(str(error).split()), "correct it")
    return Settings()


def _entries(path: Path, findings: Findings) -> Iterator[Entry]:
    text = path.read_text(encoding="utf-8")
    items = plain_items(text)
    if items is not None and all(_has_its_place(item) for item in items):
        yield from (Entry(item.section, item.key, item.value, f"{path}:{item.line}") for item in items)
    else:
        yield from _entries_of_yaml(text, path, findings)


def _has_its_place(item: Item) -> bool:
    """Whether a key stands in a section that exists, and opens one exactly where it is the name of one."""
    return item.section in SECTIONS and item.opens == (item.key in SECTIONS and item.key in SECTIONS[item.section])


def _entries_of_yaml(text: str, path: Path, findings: Findings) -> Iterator[Entry]:
    from ruamel.yaml import YAML  # noqa: PLC0415  a fifth of a small instance's time, which few files need
    from ruamel.yaml.error import MantissaNoDotYAML1_1Warning, YAMLError  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    if text.lstrip().startswith("%"):
        findings.error(str(path), "plain YAML", "a directive", "remove it")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MantissaNoDotYAML1_1Warning)  # 1e4 is a number for Flee, too
            root = yaml.compose("%YAML 1.1\n---\n" + text)  # as PyYAML, which Flee reads it with: 'no' is false
            entries = list(_walk(root, "", path, yaml, findings))
    except YAMLError as error:
        _unreadable(path, error, findings)
        return
    yield from entries


def _walk(node: Any, section: str, path: Path, yaml: Any, findings: Findings) -> Iterator[Entry]:
    if node is None or not isinstance(node.value, list) or node.tag != "tag:yaml.org,2002:map":
        if node is not None and node.value not in {"", "null", "~", "false", "False"}:
            findings.error(str(path), f"keys and values in '{section or path.name}'", repr(node.value)[:40], "correct it")
        return
    for key_node, value_node in node.value:
        key, where = str(key_node.value), f"{path}:{key_node.start_mark.line - 1}"
        if key in SECTIONS and key in SECTIONS[section]:
            yield Entry(section, key, None, where)
            yield from _walk(value_node, key, path, yaml, findings)
        else:
            yield Entry(section, key, yaml.constructor.construct_document(value_node), where)


def _take(entry: Entry, values: dict[str, Any], findings: Findings) -> None:
    section, key = entry.section, entry.key
    if key == "camps_are_sicks" and section == "spawn_rules" and findings.mode is Mode.COMPAT:
        values["camps_are_sinks"] = bool(entry.value)
        findings.quirk(Quirk.CAMPS_ARE_SICKS, entry.where, "'camps_are_sinks'", f"'{key}'")
    elif key == "camps_are_sinks" and section == "spawn_rules" and findings.mode is Mode.COMPAT:
        findings.quirk(Quirk.CAMPS_ARE_SICKS, entry.where, "a key that Flee reads", f"'{key}', which has no effect in Flee")
    elif key not in SECTIONS[section]:
        _unknown(entry, findings)
    elif key in UNSUPPORTED.get(section, ()):
        _unsupported(entry, findings)
    elif key == "conflict_driven_spawning":
        values.setdefault("spawn_mode", "constant")
        values.setdefault("displaced_per_conflict_day", -1.0)
    elif key == "flood_rules":
        values.setdefault("flood_movechances", ())
    elif key not in WITHOUT_EFFECT.get(section, ()) and entry.value is not None:
        _convert(entry, values, findings)


def _unknown(entry: Entry, findings: Findings) -> None:
    near = difflib.get_close_matches(entry.key, [*SECTIONS[entry.section], *MOVE, *SPAWN], n=1)
    home = next((name for name, keys in SECTIONS.items() if near and near[0] in keys), "")
    hint = f"; did you mean '{near[0]}'{f' in {home}' if home != entry.section else ''}?" if near else ""
    what = f"'{entry.key}'" + (f" in {entry.section}" if entry.section else "")
    findings.quirk(Quirk.UNKNOWN_KEYS_IGNORED, entry.where, "a key of simsetting.yml", what + hint)


def _unsupported(entry: Entry, findings: Findings) -> None:
    off = entry.value in (None, False, 0, [])
    if entry.key == "two_system_decision_making" and not off:
        findings.quirk(Quirk.TWO_SYSTEMS_NEVER, entry.where, "two_system_decision_making off", repr(entry.value))
    elif not off:
        remedy = "switch it off, or run this instance in Flee"
        findings.error(entry.where, f"'{entry.key}' off: its rule is not supported here", repr(entry.value)[:40], remedy)


def _convert(entry: Entry, values: dict[str, Any], findings: Findings) -> None:
    default = getattr(Settings(), entry.key)
    convert: Callable[[Any], Any] = type(default)
    if isinstance(default, tuple):
        convert = lambda items: tuple(float(item) for item in items)  # noqa: E731
    try:
        values[entry.key] = convert(entry.value)
    except (TypeError, ValueError):
        kind = {bool: "true or false", int: "a whole number", float: "a number", tuple: "a list of numbers", str: "a name"}
        findings.error(entry.where, f"{kind[type(default)]} for '{entry.key}'", repr(entry.value)[:40], "correct the value")


def _check(settings: Settings, path: Path, findings: Findings) -> None:
    if settings.hasten < 1:
        findings.error(str(path), "hasten from 1", str(settings.hasten), "1 is everybody, 100 one person in a hundred")
    if settings.spawn_mode.lower() not in SPAWN_MODES:
        findings.error(str(path), "spawn_mode constant, pop_ratio or poisson", settings.spawn_mode, "correct it")
    _check_floods(settings, path, findings)
    for item in fields(settings):
        value = getattr(settings, item.name)
        if isinstance(value, float) and (not math.isfinite(value)):
            findings.error(str(path), f"a finite number for '{item.name}'", str(value), "correct it")
        elif item.name.endswith("_movechance") and not 0.0 <= value <= 1.0:
            remedy, flee = "give a chance per day", "below 0 nobody leaves, above 1 everybody does"
            findings.strict(str(path), f"'{item.name}' from 0 to 1", str(value), remedy, flee=flee)
    if settings.max_move_speed <= 0.0 or settings.softening < 0.0 or settings.conflict_spawn_decay_interval < 1:
        found = f"{settings.max_move_speed}, {settings.softening}, {settings.conflict_spawn_decay_interval}"
        findings.error(str(path), "a positive max_move_speed, softening from 0, decay interval from 1", found, "correct them")


def _check_floods(settings: Settings, path: Path, findings: Findings) -> None:
    chances, weights = settings.flood_movechances, settings.flood_loc_weights
    if bool(chances) != bool(weights) or len(chances) != len(weights):
        found = f"{len(chances)} and {len(weights)}"
        remedy = "give one number for each level from 0 in both; Flee stops at a level that a list lacks"
        findings.error(str(path), "flood_movechances and flood_loc_weights of one length", found, remedy)
    if any(not 0.0 <= chance <= 1.0 for chance in chances) or any(not 0.0 <= weight < math.inf for weight in weights):
        found = f"{list(chances)}, {list(weights)}"
        findings.error(str(path), "flood_movechances from 0 to 1, flood_loc_weights from 0", found, "correct them")
    if settings.movechance_pop_scale_factor != 0.0 and (chances or settings.flee_when_starving):
        remedy = "set movechance_pop_scale_factor to 0, or run this instance in Flee"
        findings.error(str(path), "no scaling by population beside flood or food rules: together they are not here",
                       f"movechance_pop_scale_factor {settings.movechance_pop_scale_factor:g}", remedy)  # fmt: skip
