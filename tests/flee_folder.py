"""Small invented Flee instances, written to a folder."""

LOCATIONS = """\
#name,region,country,latitude,longitude,location_type,conflict_date,population
Ashford,North,Arda,1.0,1.0,conflict_zone,0,1000
Brook,North,Arda,1.5,1.0,town,,
Cliff,East,Borea,2.0,1.0,camp,,0
Dale,West,Borea,1.0,3.0,camp,,0
"""
ROUTES = "#name1,name2,distance,forced_redirection\nAshford,Brook,100,0\nBrook,Cliff,150,0\nBrook,Dale,350,0\n"
CONFLICTS = "#Day,Ashford,Brook\n" + "".join(f"{day},1,0\n" for day in range(40))
SETTINGS = """\
move_rules:
  max_move_speed: 200
  default_movechance: 0.5
  conflict_movechance: 1.0
  camp_movechance: 0.0
  softening: 50
"""


def write(folder, days=20, files=None, **texts):
    """Write an instance; ``texts`` replace whole files by stem, ``files`` add others by path."""
    parts = {
        "input_csv/locations.csv": texts.get("locations", LOCATIONS),
        "input_csv/routes.csv": texts.get("routes", ROUTES),
        "input_csv/conflicts.csv": texts.get("conflicts", CONFLICTS),
        "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\n" + texts.get("closures", ""),
        "input_csv/sim_period.csv": f"StartDate,2020-01-01\nLength,{days}\n",
        "input_csv/registration_corrections.csv": texts.get("corrections", ""),
        "source_data/data_layout.csv": texts.get("layout", "total,refugees.csv\nCliff,cliff.csv\nDale,dale.csv\n"),
        "source_data/refugees.csv": texts.get("refugees", "2020-01-01,0\n2020-01-11,1000\n"),
        "source_data/cliff.csv": texts.get("cliff", "2020-01-01,0\n2020-01-11,600\n"),
        "source_data/dale.csv": texts.get("dale", "2020-01-01,0\n2020-01-11,400\n"),
        "simsetting.yml": texts.get("settings", SETTINGS),
        **(files or {}),
    }
    for name, text in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
