"""Demo members, staff and two years of their history, made by the portal's own operations."""
