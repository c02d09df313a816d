"""Official figures for a question: what is asked, what the tables say, and what speaks against it."""
