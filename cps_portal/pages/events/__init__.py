"""Events: the list, the page of one, booking, and the calendar file (programme §9)."""
