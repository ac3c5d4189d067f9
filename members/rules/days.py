"""Whose day a day is (programme, "Days"): points and statement use the UTC date."""

from datetime import UTC, date, datetime, timedelta, timezone


def programme_day(moment: datetime) -> date:
    """The programme day of an aware moment: its UTC date."""
    return moment.astimezone(UTC).date()


def day_begins(day: date) -> datetime:
    """00:00 UTC of a programme day, when what is due on it happens."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def latest_day_on_earth(moment: datetime) -> date:
    """The date in UTC+14: a purchase date lies in the future only if it is later than this."""
    return moment.astimezone(timezone(timedelta(hours=14))).date()
