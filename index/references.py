"""References: what stands under a heading such as “Sources” names other texts and answers nothing itself."""

from __future__ import annotations

from index.records import Loaded

# Headings of such sections as wikis, reports and papers name them, in the languages of the bundled word lists.
NAMES = frozenset(
    name.strip()
    for name in """sources, references, bibliography, works cited, further reading, external links, see also,
    footnotes, endnotes, citations, literature, quellen, einzelnachweise, literatur, weblinks, siehe auch, références,
    sources et références, bibliographie, voir aussi, liens externes, referencias, bibliografía, fuentes, véase también,
    enlaces externos, fonti, riferimenti, bibliografia, 参考文献, 脚注, 出典, примечания, литература, источники""".split(
        ","
    )
)


def reference_blocks(loaded: Loaded) -> frozenset[int]:
    """Numbers of the blocks under such a heading, down to the next heading that is not below it."""
    found = set()
    inside: int | None = None  # level of the heading that we are under
    levels = {heading.start: heading.level for heading in loaded.headings}
    for number, block in enumerate(loaded.blocks):
        level = levels.get(block.start) if block.kind == "heading" else None
        if level is not None and (inside is None or level <= inside):
            name = loaded.text[block.start : block.end].strip(" \t.:#0123456789").casefold()
            inside = level if name in NAMES else None
        elif inside is not None and block.kind != "heading":
            found.add(number)
    return frozenset(found)
