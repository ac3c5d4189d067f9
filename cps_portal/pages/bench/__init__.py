"""The bench: the pages of a centre's staff about its own cases (programme §6, §10)."""
