"""A postal address in the form of its country: which line the postcode is on, and on which side of the town."""

# As the Universal Postal Union gives it; elsewhere the postcode comes before the town.
CODE_ON_ITS_OWN_LINE = frozenset({"EG", "GB", "GG", "GI", "IE", "IM", "JE", "KE", "RU", "ZA"})
CODE_AFTER_TOWN = frozenset({"AE", "BH", "IQ", "IR", "JO", "LB", "LV", "MT", "NG", "PS", "QA", "SA", "YE"})
TOWN_FIRST = frozenset({"HU"})


def address_lines(street: str, postcode: str, town: str, country: str) -> list[str]:
    """Lines from the street to the postcode, without the country's name; `street` may have several lines.

    `country` is ISO 3166. No line is empty.
    """
    streets = street.splitlines()
    if country in TOWN_FIRST:
        lines = [town, *streets, postcode]
    elif country in CODE_ON_ITS_OWN_LINE:
        lines = [*streets, town, postcode]
    elif country == "LV":
        lines = [*streets, ", ".join(filter(None, (town, postcode)))]
    elif country in CODE_AFTER_TOWN:
        lines = [*streets, f"{town} {postcode}"]
    else:
        lines = [*streets, f"{postcode} {town}"]
    return [line.strip() for line in lines if line.strip()]
