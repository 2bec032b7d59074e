"""The service: the routes around the page, the source view, and the server. Nothing is imported here."""
