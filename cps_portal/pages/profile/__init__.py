"""What members change about where they are and how they are reached: country, addresses, e-mail (programme §1)."""
