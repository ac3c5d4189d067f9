"""The same in Arabic: the Arabic comma, and weekdays in full with their article; digits stay Western."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y، H:i"
SHORT_DATETIME_FORMAT = "j M Y، H:i"
DAY_FORMAT = "l j M Y"
