"""People's names as they type them: any script, on one line, without invisible steering."""

import re
import unicodedata

# Overrides and embeddings turn the direction of what follows them; marks (LRM, RLM) and joiners stay.
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
CONTROLS = frozenset({"Cc", "Zl", "Zp"})
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def tidy(text: str) -> str:
    """One line, single spaces, no direction overrides or control characters. Nothing else is changed.

    NUL stays, for the form to refuse: nobody types it.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    line = "".join(" " if unicodedata.category(sign) in CONTROLS and sign != "\0" else sign for sign in text)
    return " ".join(STEERING.sub("", line).split())


def can_be_seen(text: str) -> bool:
    """Whether there is anything to read: a name of marks and spaces alone is none."""
    return any(unicodedata.category(sign) not in UNSEEN for sign in text)


def first_words(text: str, *, most: int) -> str:
    """The words with which a text begins, on one line of at most so many signs; … where more follows."""
    line = tidy(" ".join(text.split()))
    if len(line) <= most:
        return line
    whole = line[: most - 1].rpartition(" ")[0]
    return (whole if len(whole) > most // 2 else line[: most - 1]) + "…"
