"""Staff pages about people: members, their messages, staff accounts, and the countries that take part."""

from members.admin import accounts, outbox, people, terms

__all__ = ["accounts", "outbox", "people", "terms"]
