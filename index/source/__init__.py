"""Where documents come from: one file for each kind of source, each of which lists its items and fetches one.

| file | holds |
|---|---|
| `item` | what a source lists and fetches, and the protocol that every source obeys |
| `declared` | the sources of `assistant.toml`, checked |
| `declaring` | adding to that file and removing from it |
| `opened` | a declared source, opened by its kind |
| `folder`, `vault`, `archive` | files: a folder, a folder of linked notes, a zip file |
| `mediawiki`, `dokuwiki`, `dokuwiki_folder` | wikis, over the network and from a disk |
| `website`, `reader` | a site by its sitemap; any llama-index reader, Confluence among them |
| `web` | HTTP with limits, a polite rate, and no way to addresses that are not meant |
"""
