"""What dev.py starts: servers, the portal's processes, and the family that holds them together."""
