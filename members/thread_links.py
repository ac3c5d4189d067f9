"""The address of a thread for somebody without an account: only mailed, never shown (programme §9)."""

from members.signed_keys import SignedKeys

KEYS = SignedKeys("members.thread")
token_of, read_token = KEYS.token_of, KEYS.read
