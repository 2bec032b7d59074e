"""`assistant mcp`: the assistant as an MCP server for the program that starts it, over standard input and output."""

from __future__ import annotations

import signal

from assistant.commands.running import Data, Name, assistant_of, errors, open_collection


def mcp(data: Data = None, collection: Name = None) -> None:
    """Answer a desktop program that starts this command and speaks the Model Context Protocol, until it ends.

    Example: assistant mcp --data /home/ada/documents
    """
    with errors(), open_collection(data, collection) as opened:
        from assistant.service.mcp_door import stdio

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread waits for input, and nothing else would end it
        stdio(assistant_of(opened))
