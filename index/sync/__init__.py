"""Keeping a collection in step with its sources: what is listed is staged, planned, and applied document by document.

| file | holds |
|---|---|
| `staging` | what a source listed beside what the catalog has, and the plan that follows, in temporary tables |
| `state` | what is known of each source's last sync |
| `run` | one sync of one source |
| `sources` | the syncs of a collection's declared sources, one after the other, and their plans |
| `watching` | which of some folders changed |
| `keeper` | what keeps them in step in the background of a server: schedules and watched folders |
"""
