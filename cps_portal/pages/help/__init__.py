"""Help: every question about the programme in the portal's own words, searchable, with one's own figures (§9)."""
