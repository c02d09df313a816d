"""Answers that a language model writes from the cited passages, every sentence held to what it cites."""
