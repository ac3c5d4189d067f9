"""Pages of servicing for members: sending in, cases, estimates, loans (programme §6)."""
