"""People's names as they type them: any script, on one line, without invisible steering."""

import re
import unicodedata

# Overrides and embeddings turn the direction of what follows them; marks (LRM, RLM) and joiners stay.
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def tidy(text: str) -> str:
    """One line, single spaces, no direction overrides. Nothing else is changed."""
    line = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return " ".join(STEERING.sub("", line).split())


def can_be_seen(text: str) -> bool:
    """Whether there is anything to read: a name of marks and spaces alone is none."""
    return any(unicodedata.category(sign) not in UNSEEN for sign in text)
