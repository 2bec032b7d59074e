"""Exact rules against what a network overlooks: numbers, dates, names, negation, strength, foreign matter.

Each gate takes a claim and its premise and gives the words that it objects to; none at all is no objection.
"""

from __future__ import annotations

from assistant.writing.gates.objections import Objection as Objection
from assistant.writing.gates.objections import objections as objections

__all__ = ["Objection", "objections"]
