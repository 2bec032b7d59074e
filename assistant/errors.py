"""Every error that `assistant` raises on purpose.

AssistantError
├── QuestionError    the question is empty or too long
├── ReaderError      a reader that was named cannot be loaded
├── PromptError      a text under prompts/ is missing or uses other variables than declared
├── ModelError       a language model cannot be opened, or failed while it wrote
├── ServeError       the service cannot start: the port is taken, or the address is not allowed
└── StoreError       the file of conversations, feedback and gaps cannot be used
"""


class AssistantError(Exception):
    """Root of the tree. Its text is one sentence for the user: what failed, the value seen, what to do next."""


class QuestionError(AssistantError):
    """The question is empty or too long."""


class ReaderError(AssistantError):
    """A reader that was named cannot be loaded."""


class PromptError(AssistantError):
    """A text under `prompts/` is missing, or uses other variables than it declares."""


class ModelError(AssistantError):
    """A language model cannot be opened, or failed while it wrote: down, slow, stopped, or of no use."""


class ServeError(AssistantError):
    """The service cannot start: the port is taken, or the address is not allowed."""


class StoreError(AssistantError):
    """The file of conversations, feedback and gaps cannot be used: damaged, not writable, or of a newer version."""
