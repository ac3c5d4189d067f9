"""Staff pages about what levels give, centres, cases and loans. Cases and loans change through operations only."""

from servicing.admin import cases, centres, clerks, hours, loans, papers, scoped, terms

__all__ = ["cases", "centres", "clerks", "hours", "loans", "papers", "scoped", "terms"]
