"""Reading the shipped corridor, other files, imports, overrides and scenarios."""

import json
import re
import subprocess
import sys

import pytest

from isthmus.errors import InputError, SpecError
from isthmus.spec.load import dump, json_schema, load, shipped

GOOD = shipped()["china-ecuador-us"].read_text(encoding="utf-8")


def refused(path, kind=SpecError, **options):
    with pytest.raises(kind) as caught:
        load(path, **options)
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "corridor.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_the_shipped_corridor_loads_by_name_and_is_hashed():
    loaded = load("china-ecuador-us")
    assert loaded.corridor.name == "china-ecuador-us"
    assert re.fullmatch(r"[0-9a-f]{64}", loaded.hash)
    assert loaded.path == shipped()["china-ecuador-us"]
    assert loaded.document["places"]["china"]["country"] == "CN"


def test_a_file_and_its_folder_are_the_same_corridor(file):
    assert load(file).hash == load(file.parent).hash == load(str(file)).hash == load("china-ecuador-us").hash


def test_layout_and_comments_do_not_change_the_hash_but_a_number_does(file):
    before = load(file).hash
    file.write_text("# remark\n" + GOOD.replace("risk: 0.3}", "risk: 0.30 }"), encoding="utf-8")
    assert load(file).hash == before
    file.write_text(GOOD.replace("risk: 0.3}", "risk: 0.31}"), encoding="utf-8")
    assert load(file).hash != before


def test_windows_line_ends_and_a_byte_order_mark_are_read(file):
    before = load(file).hash
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode("utf-8"))
    assert load(file).hash == before


def test_dump_of_document_and_of_models_read_back_equal(file):
    first = load("china-ecuador-us")
    file.write_text(first.dump(), encoding="utf-8")
    assert load(file).corridor == first.corridor
    assert load(file).hash == first.hash
    file.write_text(dump(first.corridor), encoding="utf-8")
    assert load(file).corridor == first.corridor


def test_where_names_file_line_and_field():
    loaded = load("china-ecuador-us")
    told = loaded.where("legs", "china_mexico", "to")
    line = int(re.fullmatch(r"corridor\.yaml:(\d+): legs\.china_mexico\.to", told)[1])
    assert GOOD.split("\n")[line - 1].strip() == "to: mexico"


def test_an_unknown_name_gets_the_nearest_shipped_one():
    assert "did you mean `china-ecuador-us`?" in refused("china-equador-us", InputError)
    assert "shipped corridors: china-ecuador-us" in refused("zzz", InputError)
    assert "no such file" in refused("/nowhere/x.yaml", InputError)


def test_a_folder_without_a_corridor_is_refused(tmp_path):
    assert "a folder that holds corridor.yaml" in refused(tmp_path)


def split(file, *, top="", parts):
    """Move the blocks of the corridor named in parts into files of their own."""
    text = GOOD
    for name, key in parts.items():
        block = re.search(rf"(?ms)^{key}:\n.*?(?=^\S)", text)[0]
        text = text.replace(block, "")
        path = file.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(block, encoding="utf-8")
    file.write_text(top + text, encoding="utf-8")


def test_a_corridor_split_by_imports_is_the_same(file):
    before = load(file).hash
    split(file, top="import: [legs.yaml, more/places.yaml]\n", parts={"legs.yaml": "legs", "more/places.yaml": "places"})
    assert load(file).hash == before
    assert load(file).where("legs", "china_mexico", "to").startswith("legs.yaml:")
    assert load(file).where("places", "china").startswith("more/places.yaml:2:")


def test_the_importing_file_wins_and_later_imports_win_over_earlier_ones(file):
    (file.parent / "a.yaml").write_text("title: A\nsummary: A\nlegs: {darien_panama: {risk: 0.5}}\n", encoding="utf-8")
    (file.parent / "b.yaml").write_text("summary: B\n", encoding="utf-8")
    without = re.sub(r"(?ms)^summary: .*?\n\n", "\n", GOOD)
    file.write_text("import: [a.yaml, b.yaml]\n" + without, encoding="utf-8")
    corridor = load(file).corridor
    assert corridor.title.startswith("Chinese nationals")
    assert corridor.summary == "B"
    assert corridor.legs["darien_panama"].risk == 0.3


def test_a_fault_in_an_import_names_the_import(file):
    split(file, top="import: legs.yaml\n", parts={"legs.yaml": "legs"})
    path = file.parent / "legs.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("to: istanbul", "to: istanbull"), encoding="utf-8")
    assert 'legs.yaml:2: legs.china_istanbul.to: expected a place named under `places`; found "istanbull"' in refused(file)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import: [nowhere.yaml]", ['no file "nowhere.yaml"']),
        ("import: [legz.yaml]", ["did you mean `legs.yaml`?"]),
        ("import: [../secret.yaml]", ["in the corridor's folder or below", "../secret.yaml"]),
        ("import: [link.yaml]", ["in the corridor's folder or below"]),
        ("import: [/etc/hostname]", ["relative to this file"]),
        ("import: [corridor.yaml]", ["without a circle", "corridor.yaml -> corridor.yaml"]),
        ("import: [round.yaml]", ["without a circle", "corridor.yaml -> round.yaml -> corridor.yaml"]),
        ("import: 5", ["a list of file names"]),
        ("import: [{a: 1}]", ["a list of file names"]),
        ('import: ["a\\0b"]', ["import"]),
    ],
)
def test_imports_that_cannot_be_are_refused(file, line, words):
    (file.parent / "legs.yaml").write_text("legs: {}\n", encoding="utf-8")
    (file.parent / "round.yaml").write_text("import: [corridor.yaml]\n", encoding="utf-8")
    secret = file.parent.parent / "secret.yaml"
    secret.write_text("title: secret\n", encoding="utf-8")
    (file.parent / "link.yaml").symlink_to(secret)
    file.write_text(f"{line}\n{GOOD}", encoding="utf-8")
    said = refused(file)
    for word in ["corridor.yaml:1", *words] if "round" not in line else words:
        assert word in said


def test_imports_that_fan_out_end_soon(file):
    for n in range(30):
        below = f"import: [p{n + 1}.yaml, p{n + 1}.yaml]\n" if n < 29 else ""
        (file.parent / f"p{n}.yaml").write_text(below + f"sources: {{s{n}: {{title: x}}}}\n", encoding="utf-8")
    file.write_text("import: [p0.yaml]\n" + GOOD, encoding="utf-8")
    assert len(load(file).corridor.sources) == 30


def test_sets_reach_mappings_lists_and_new_fields():
    corridor = load(
        "china-ecuador-us",
        sets=[
            "time.horizon_months=12",
            "entry_rules.0.to=2024-07-01",
            "legs.darien_panama.price_usd=[300, 800]",
            "legs.darien_panama.price_usd.0=400",
            "places.darien.settle={dist: normal, mean: 0, sd: 1}",
            "title=a=b",
        ],
    ).corridor
    assert corridor.time.horizon_months == 12
    assert str(corridor.entry_rules[0].to) == "2024-07-01"
    assert corridor.legs["darien_panama"].price_usd == (400, 800)
    assert corridor.places["darien"].settle.sd == 1
    assert corridor.title == "a=b"


def test_a_set_changes_the_hash_and_setting_what_is_there_does_not():
    before = load("china-ecuador-us").hash
    assert load("china-ecuador-us", sets=["legs.darien_panama.risk=0.3"]).hash == before
    assert load("china-ecuador-us", sets=["legs.darien_panama.risk=0.4"]).hash != before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "a.b.c=VALUE"),
        ("=5", "a.b.c=VALUE"),
        ("a..b=5", "a.b.c=VALUE"),
        ("legs.china_mexic.risk=0", "did you mean `china_mexico`?"),
        ("entry_rules.9.to=2024-01-01", "an index below 3"),
        ("entry_rules.first.to=2024-01-01", "an index below 3"),
        ("choice.friction.closed.median=2", "the value 8.0 before `median`"),
        ("title=[1", "--set title"),
        ("title={a: 1, a: 2}", "each key once"),
    ],
)
def test_sets_that_lead_nowhere_are_refused(text, words):
    assert words in refused("china-ecuador-us", InputError, sets=[text])


def test_a_set_with_a_bad_value_is_named_as_the_place_of_the_fault():
    said = refused("china-ecuador-us", sets=["time.horizon_months=99", "time.horizon_month=3"])
    assert "--set time.horizon_months: time.horizon_months: expected a whole number from 1 to 36; found 99" in said
    assert "did you mean `horizon_months`?" in said


PARTIAL = """
  one_rule_more:
    label: A rule more
    set:
      entry_rules:
        - {group: CHN, place: ecuador, requirement: visa_free, from: 2016-08-18, to: 2024-07-01, source: made up}
        - {group: CHN, place: ecuador, requirement: visa_required, from: 2024-07-01, announced: 2024-06-18, source: made up}
"""


def test_a_scenario_is_laid_over_and_sets_win_over_it(file):
    file.write_text(GOOD + PARTIAL, encoding="utf-8")
    base = load(file)
    laid = load(file, scenario="one_rule_more")
    assert len(base.corridor.entry_rules) == 3
    assert len(laid.corridor.entry_rules) == 2
    assert laid.hash != base.hash
    both = load(file, scenario="one_rule_more", sets=["entry_rules=[]"])
    assert both.corridor.entry_rules == ()


def test_an_unknown_scenario_gets_the_nearest_one():
    said = refused("china-ecuador-us", InputError, scenario="visa_required_in_equador")
    assert "did you mean `visa_required_in_ecuador`?" in said


def test_a_scenario_of_shocks_is_not_laid_over_but_compared():
    said = refused("china-ecuador-us", InputError, scenario="visa_required_in_ecuador")
    assert "expected a scenario that is a partial document alone; found one with `shocks`" in said
    assert "isthmus stress CORRIDOR visa_required_in_ecuador" in said


def test_every_scenario_is_checked_when_the_file_is_read(file):
    broken = (GOOD + PARTIAL).replace("to: 2024-07-01, source", "to: 2014-07-01, source")
    file.write_text(broken, encoding="utf-8")
    said = refused(file)
    assert "entry_rules.0.to (in scenario one_rule_more)" in said
    assert said.count("expected") == 1


def test_a_scenario_cannot_rename_the_corridor(file):
    file.write_text((GOOD + PARTIAL).replace("    set:\n", "    set:\n      name: other\n"), encoding="utf-8")
    assert "a scenario changes the corridor, not the file" in refused(file)


def test_the_json_schema_describes_every_key_and_knows_imports():
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"import", "legs", "places", "scenarios"} <= set(schema["properties"])
    assert schema["$defs"]["Leg"]["properties"]["price_usd"]["description"].startswith("Low and high")
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


def test_importing_the_loader_and_listing_corridors_builds_no_models():
    code = (
        "import sys, isthmus.spec.load as l; l.shipped();"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'pydantic', 'ruamel', 'numpy', 'jax', 'pandas'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
