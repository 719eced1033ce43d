"""What the sheets of a delivery have to hold, and the tables that they then are. Every problem is found."""
