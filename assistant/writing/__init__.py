"""Sentences that a language model writes: evidence → prompt → stream → keys → checked → shown. Nothing is imported here."""
