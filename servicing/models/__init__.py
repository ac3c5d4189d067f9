"""What levels give: the terms of each country by level and service."""

from servicing.models.terms import Service, ServiceTerms

__all__ = ["Service", "ServiceTerms"]
