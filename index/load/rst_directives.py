"""Directives and roles that docutils does not know, such as Sphinx's: read as the text that a page shows of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CODE = frozenset(
    "code code-block sourcecode prompt testcode testsetup testoutput productionlist graphviz mermaid".split()
)
UNREAD = frozenset(
    "toctree index literalinclude include raw highlight currentmodule py:currentmodule module py:module automodule "
    "autoclass autofunction autosummary only ifconfig tabularcolumns default-domain image meta plot".split()
)
VERSIONS = {"versionadded": "New in version", "versionchanged": "Changed in version", "deprecated": "Deprecated since"}
TITLED = re.compile(r"(.*?)\s*<[^<>]*>\s*", re.DOTALL)


@contextmanager
def reading_unknown() -> Iterator[None]:
    """Within it docutils takes every directive and role: what it does not know becomes text."""
    from docutils.parsers.rst import directives, roles

    known_directive, known_role = directives.directive, roles.role

    def directive(name: str, *others: Any) -> tuple[Any, list[Any]]:
        found, messages = known_directive(name, *others)
        own = found is None or name.lower() in CODE
        return (_unknown_directive(), []) if own else (found, messages)

    def role(name: str, *others: Any) -> tuple[Any, list[Any]]:
        found, messages = known_role(name, *others)
        return (found, messages) if found is not None else (_shown_role, [])

    directives.directive, roles.role = directive, role
    try:
        yield
    finally:
        directives.directive, roles.role = known_directive, known_role


class _AnyOption(dict[str, Callable[[str | None], str]]):
    """Options of every name, as they are written."""

    def __missing__(self, name: str) -> Callable[[str | None], str]:
        return lambda text: text or ""


def _unknown_directive() -> Any:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Unknown(Directive):  # type: ignore[misc]  # docutils has no types
        optional_arguments = 1
        final_argument_whitespace = True
        has_content = True
        option_spec = _AnyOption({"class": lambda text: text or ""})

        def run(self) -> list[Any]:
            name = self.name.lower()
            argument = self.arguments[0] if self.arguments else ""
            if name in UNREAD:
                return []
            if name in CODE:
                text = "\n".join(self.content)
                return [nodes.literal_block(text, text)]
            holder = nodes.container()
            said = f"{VERSIONS[name]} {argument}" if name in VERSIONS else argument
            if said and name not in ("math", "figure"):
                parsed, _ = self.state.inline_text(said, self.lineno)
                holder += nodes.paragraph(said, "", *parsed)
            self.state.nested_parse(self.content, self.content_offset, holder)
            return [holder]

    return Unknown


def _shown_role(name: str, source: str, text: str, *others: Any, **named: Any) -> tuple[list[Any], list[Any]]:
    """The text of a role: the title of a reference that has one, the last name of `~package.module.name`."""
    from docutils import nodes
    from docutils.utils import unescape

    shown = unescape(text)
    titled = TITLED.fullmatch(shown)
    if titled and titled[1]:
        shown = titled[1]
    elif shown.startswith("~"):
        shown = shown.rpartition(".")[2].lstrip("~")
    return [nodes.inline(text, shown.lstrip("!"))], []
