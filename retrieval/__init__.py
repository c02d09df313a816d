"""Turns a question into an Answer: understand, search, rank, quote, verify, abstain.

It knows nothing of chat.
"""
