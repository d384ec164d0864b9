"""What we remember: one file per concept, with its table, its queries and its changes."""
