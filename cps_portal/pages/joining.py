"""Joining: the account, the member and the standing begin in one transaction (programme §1)."""

from allauth.account.adapter import DefaultAccountAdapter


class PortalAccountAdapter(DefaultAccountAdapter):
    """allauth's doors in the portal's hands."""
