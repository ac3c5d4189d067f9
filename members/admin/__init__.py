"""Staff pages about people: members and what they ask, staff accounts, old accounts, participating countries."""

from members.admin import accounts, care, data, former, outbox, people, privacy, terms, threads, trail

__all__ = ["accounts", "care", "data", "former", "outbox", "people", "privacy", "terms", "threads", "trail"]
