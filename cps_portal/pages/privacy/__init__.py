"""What a member may ask of their own data: a copy, the end of the account, who looked (programme §9, §10)."""
