"""The staff's desk: pages of the admin that speak of several apps."""
