"""Questions: the contact form, threads of members and of people without an account, and the staff's desk (§9)."""
