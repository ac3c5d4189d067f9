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
- loan_offer: case, number (of the case), product, ground ("missed", "parts" or "usually_late": why the loan is
  theirs to ask for), parts_on (day or "")
- loan_changed: case, number, product, loan, unit (its product's name), serial, from_on, until_on (days; the last
  is the day it is due back), note (the centre's words, else ""), change:
  "booked" (by the centre), "moved" (the booking is for another unit now, the one named), "no_unit" (the booking
  ended: no other unit is free; the centre looks for one, other days may be free), "longer" (the repair takes
  longer: keep it until until_on), "back" (the repaired thing is back: due on until_on), "left" (the booking
  ended: the repair was sent back before the loan began), "cancelled" (the centre ended the booking)
- loan_due: case, number, product, loan, unit, serial, due_on (day), centre (its name), reminder: "soon" (two days
  before), "today", "overdue_1" and "overdue_3" (one, three days after it)

- export_ready: export (id of the copy), expires_at (moment) with zone (IANA)
- closing_begun: ends_at (moment) with zone (IANA), signed (what the link to undo says); where staff asked for it
  role ("Member care") and reason
- suspended: words (to the member), ends_at (moment, "" until it is lifted) with zone (IANA)
- unsuspended: none
- staff_acted: role, reason, began_at (moment) with zone (IANA)

About cases (all: case (id), number, product; moments as ISO text, amounts as text):

- case_step: state (code), words (the centre's), due_at (moment, "" where no target runs) with zone (IANA); and
  what the step knows: parts_on (day or ""), tracking, carrier, back_on (day), expired (an estimate was), came_on
  (day of a parcel that was booked in after its request had expired)
- case_estimate: version, total, currency, valid_until (day), words
- case_message: words
- case_lane: lane ("fast" or "standard"), reasons (codes of servicing/rules/eligibility.py)
- case_expiry: expires_on (day)

To people without an account (name, language: who reads):

- former_invite: name, language, photo_level, video_level (0 to 3, or null where there was none); to a member whose
  it became when it was read in: yours (true) instead of name and language

About events (all: event (id), title, begins_at (moment), zone (IANA), place ("" online)):

- event_place: change ("kept": a place became free and is kept until held_until (moment); "lapsed": it was not
  taken in time; "moved": another time or place)
- event_cancelled

About the welcome pack:

- pack_offer: none
- pack_sent: tracking ("" without one), card_only (a card in place of a lost one)

- thread_answer: thread (id), topic (code), words; name and language where its person has no account

Codes belong to the apps above this one. Their words, and what a new level brings, come from the module
`wording` of each app, which Django loads at start (members/apps.py) and which calls `name_codes` and
`tell_news` here: rows keep codes, and the words are those of the day of sending.
"""

from members.wording.words import link, name_codes, tell_news
from members.wording.writing import LETTER, PART, Text, Unwritable, page_of, preview, subject_of, tidy, write

__all__ = [
    "LETTER",
    "PART",
    "Text",
    "Unwritable",
    "link",
    "name_codes",
    "page_of",
    "preview",
    "subject_of",
    "tell_news",
    "tidy",
    "write",
]
