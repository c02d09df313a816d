"""The Slack adapter: parses what people do, renders what the desk replies, and delivers it."""
