"""The service: what ``communique serve`` runs, in one process that owns its home.

`plan` says what the settings call for, `Service` runs it, `Part` is one thing that runs beside the others and
is begun again when it fails, `Metrics` counts.
"""

from bot.service.parts import Part
from bot.service.plan import Planned, plan
from bot.service.service import Service

__all__ = ["Part", "Planned", "Service", "plan"]
