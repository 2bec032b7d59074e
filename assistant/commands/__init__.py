"""Commands that are longer than a few lines, one a file. Nothing is imported here."""
