"""Official spending figures: one table's row, how tables are read, and where they are kept."""
