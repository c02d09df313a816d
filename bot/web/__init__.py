"""The web: a page to ask, the reading room, figures, sources, gaps; and the API that other tools use.

Pages are rendered on the server and hold no script at all. `app.web` puts everything together, `access` knows
who may see what, `api` is for tools, `pages` for people, `reading` shows passages among their
neighbours, `links` signs their addresses.
"""
