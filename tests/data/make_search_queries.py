"""Makes search_queries.csv: what people type, and the product they mean. Deterministic.

    python tests/data/make_search_queries.py

It knows the catalogue and how people type, and nothing of how the portal searches. Left out are typing
errors that no search could undo, because what is typed lies one error away from several other products.
"""

import csv
import random
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE.parent.parent / "kitbag" / "data" / "products.csv"
ROWS = [("qwertyuiop", "wa es rd tf yg uh ij ok pl o"), ("asdfghjkl", "sq adw sfe dgr fht gjy hku jli ko")]
ROWS += [("zxcvbnm", "xs zc xv cb vn bm n"), ("1234567890", "2 13 24 35 46 57 68 79 80 9")]
NEIGHBOURS = {key: near for keys, nears in ROWS for key, near in zip(keys, nears.split(), strict=True)}
COUNTS = {"exact": 200, "alias": 200, "spacing": 250, "order": 200, "typo": 500}


def squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def is_one_error(typed: str, meant: str) -> bool:
    """Equal, or one letter too many, too few, wrong, or two swapped."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    one, other = typed[start:], meant[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return (len(one) <= 1 and len(other) <= 1) or (len(one) == 2 and one == other[::-1])


def respace(name: str, rng: random.Random) -> str:
    """The same letters with other spaces, hyphens, slashes, points, or the usual short forms."""
    short = re.sub(r"\bmark (i+v?)\b", lambda m: "mk" + str(("i", "ii", "iii", "iv").index(m[1]) + 1), name)
    way = rng.randrange(7)
    if way == 0:
        return re.sub(r"[^a-z0-9]", "", name)
    if way == 1:
        return re.sub(r"[^a-z0-9]+", " ", name)
    if way == 2:
        return short.replace(" ", "")
    if way == 3:
        return re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", short)
    if way == 4:
        return re.sub(r"^(eos|powershot|pixma|legria|speedlite|i-sensys) ", "", short).replace("-", "")
    if way == 5:
        return name.replace("mm", "").replace("f/", "").replace("-", " ")
    return name.replace(" ", "-")


def reorder(name: str, rng: random.Random) -> str:
    words = name.split()
    while words == name.split():
        rng.shuffle(words)
    return " ".join(words)


def mistype(text: str, rng: random.Random) -> str:
    """One typing error at a letter or digit."""
    at = rng.choice([place for place, char in enumerate(text) if char in NEIGHBOURS])
    way = rng.choice(["drop", "swap", "double", "wrong", "extra"])
    if way == "drop":
        return text[:at] + text[at + 1 :]
    if way == "swap" and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if way == "double":
        return text[: at + 1] + text[at:]
    wrong = rng.choice(NEIGHBOURS[text[at]])
    return text[:at] + wrong + text[at + 1 if way == "wrong" else at :]


def main() -> None:
    rng = random.Random("what photographers type")
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    aliases = {row["sku"]: [alias for alias in row["aliases"].split("|") if alias] for row in rows}
    written = [text.lower() for row in rows for text in (row["name"], *aliases[row["sku"]])]
    squashed = defaultdict(set)
    words_of = {}
    for row in rows:
        for text in (row["name"], *aliases[row["sku"]]):
            squashed[squash(text)].add(row["sku"])
        words_of[row["sku"]] = set(" ".join((row["name"], *aliases[row["sku"]])).lower().split())

    def others_within_one_error(typed: str, sku: str) -> int:
        found = set()
        for form, skus in squashed.items():
            if is_one_error(squash(typed), form):
                found |= skus
        return len(found - {sku})

    def candidate(kind: str) -> tuple[str, str] | None:
        row = rng.choice(rows)
        sku, name = row["sku"], row["name"].lower()
        if kind == "exact":
            return rng.choice([row["name"], name, name.upper()]), sku
        if kind == "alias":
            return (rng.choice(aliases[sku]).lower(), sku) if aliases[sku] else None
        if kind == "spacing":
            typed = respace(name, rng)
            unlike = typed not in written and len(squash(typed)) >= 3
            return (typed, sku) if unlike and not squashed.get(squash(typed), {sku}) - {sku} else None
        if kind == "order":
            if len(set(name.split())) < 2:
                return None
            typed = reorder(name, rng)
            like = sum(words_of[sku] >= set(typed.split()) for sku in words_of)
            return (typed, sku) if like <= 4 else None
        meant = rng.choice([name, name, name, *(alias.lower() for alias in aliases[sku][:2])])
        if rng.random() < 0.25:
            meant = respace(meant, rng)
        if len(squash(meant)) < 5:
            return None
        typed = mistype(meant, rng)
        hopeless = any(typed in text for text in written) or squash(typed) in squashed
        return (typed, sku) if not hopeless and others_within_one_error(typed, sku) <= 3 else None

    lines = []
    for kind, count in COUNTS.items():
        seen: set[str] = set()
        while len(seen) < count:
            made = candidate(kind)
            if made and made[0] not in seen:
                seen.add(made[0])
                lines.append((kind, *made))
    with (HERE / "search_queries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "query", "sku"])
        writer.writerows(lines)


if __name__ == "__main__":
    main()
