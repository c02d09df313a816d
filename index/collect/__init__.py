"""The web in: sources on a schedule, fetched safely and politely, and what they offer as articles."""
