"""Packing welcome packs: what waits by country, batches and their papers, what was sent, lost cards (programme §8)."""
