"""The Discord adapter: parses what people do, renders what the desk replies, and delivers it.

`bot.discord_app.app.DiscordApp` is the whole of it; `bot.discord_app.invite` makes the link that installs it.
"""
