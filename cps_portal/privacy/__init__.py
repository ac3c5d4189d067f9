"""What people may ask of their data: what is kept and why, a copy of it, and that it goes (programme §9, §10)."""
