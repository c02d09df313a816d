"""Turns sources into searchable passages. It knows nothing of questions or of chat."""
