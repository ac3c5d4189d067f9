"""The address of an estimate that can be forwarded: whoever has it may read, only its member decides (programme §6)."""

from members.signed_keys import SignedKeys

KEYS = SignedKeys("servicing.estimate")
token_of, read_token = KEYS.token_of, KEYS.read
