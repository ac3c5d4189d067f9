"""What a level gives beside servicing: offers, the welcome pack, the card (programme §8, §9)."""
