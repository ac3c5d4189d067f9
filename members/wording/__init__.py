"""What a message says: its row's facts in the words and the language of the person, when it is sent.

Facts of each kind (plain JSON values; days as ISO text, levels as 0 to 3):

- item_validated: item, product, points, total, level
- item_needs_you: item, product, reasons (codes), note
- claim_against: item, product, claim, answer_by (day)
- claim_decided: item, product, claim, yours (true or false), withdrawn (true where nobody decided)
- level_up, level_down: from, to, points, causes (codes), products (names), day
- drop_ahead: day, points (that fall), products (names), total (after it), from, to, gap (points more that
  keep the level, 0 where none is lost), causes (codes), short_notice (the reason, "" where told in time)
- drop_changed: the same, and change: "level" (it now costs one) or "withdrawn" (points are those told before)

Codes belong to the apps above this one. Their words, and what a new level brings, come from the module
`wording` of each app, which Django loads at start (members/apps.py) and which calls `name_codes` and
`tell_news` here: rows keep codes, and the words are those of the day of sending.
"""

from members.wording.words import link, name_codes, tell_news
from members.wording.writing import LETTER, PART, Text, Unwritable, page_of, subject_of, tidy, write

__all__ = [
    "LETTER",
    "PART",
    "Text",
    "Unwritable",
    "link",
    "name_codes",
    "page_of",
    "subject_of",
    "tell_news",
    "tidy",
    "write",
]
