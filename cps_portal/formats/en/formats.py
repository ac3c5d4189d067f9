"""Days and times in a language: 14 Sep 2027, 17:05.

DAY_FORMAT is the portal's own, a day with its weekday; every language has it.
"""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
DAY_FORMAT = "D j M Y"
