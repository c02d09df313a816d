"""Who said it: speakers of quotes, whom a "he" means, and what somebody said in an article."""

from retrieval.speech.attribution import NOBODY, Attribution
from retrieval.speech.discourse import Discourse, attribution, pronoun_context, statements_by

__all__ = ["NOBODY", "Attribution", "Discourse", "attribution", "pronoun_context", "statements_by"]
