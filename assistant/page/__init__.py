"""The chat page. Nothing is imported here: Gradio takes seconds to load, and only `page.py` opens it."""
