"""Turns people's words into questions, and Answers into messages: terminal, Slack, Discord, web."""
