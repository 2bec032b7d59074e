"""One file for each kind of language model, the only one that imports its library. Nothing is imported here."""
