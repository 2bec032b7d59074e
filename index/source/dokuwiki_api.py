"""DokuWiki's two remote interfaces: JSON-RPC of the versions from 2024 on, XML-RPC of those before."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

from index.errors import LoadError, SourceError
from index.source.web import Reply, Web, json_of

JSON, XML = "lib/exe/jsonrpc.php", "lib/exe/xmlrpc.php"
SWITCH = "switch its remote interface on: $conf['remote'] = 1, and $conf['remoteuser'] for who may use it"


class DokuWikiApi(Protocol):
    """What is asked of a wiki. A page's state is the time of its last change, in seconds; SourceError if it fails."""

    def sign_in(self, user: str, password: str) -> bool: ...

    def time(self) -> int:
        """The wiki's own time, in seconds."""
        ...

    def pages(self, namespace: str) -> Iterator[tuple[str, int, int]]:
        """Id, time of change and bytes of every page of a namespace and those inside it."""
        ...

    def recent(self, since: int) -> Iterator[str]:
        """Ids of the pages that were changed, made or removed since then."""
        ...

    def changed(self, page: str) -> int | None:
        """The time of a page's last change; None if it is not there, or not to be read."""
        ...

    def html(self, page: str) -> str:
        """A page as it is shown. LoadError if it cannot be."""
        ...


def open_api(web: Web, address: str) -> DokuWikiApi:
    """The newest interface that the wiki has. SourceError if it has none that answers."""
    json_api = JsonRpc(web, f"{address}/{JSON}")
    if json_api.answers():
        return json_api
    xml_api = XmlRpc(web, f"{address}/{XML}")
    if type(xml_api.asked("dokuwiki.getTime")) is not int:
        raise SourceError(f"{address} does not let its pages be read from outside; {SWITCH}.")
    return xml_api


class XmlRpc:
    """The older interface. Some versions say of every failure only that there is nothing: an empty structure."""

    def __init__(self, web: Web, address: str) -> None:
        self._web = web
        self._address = address

    def sign_in(self, user: str, password: str) -> bool:
        return bool(self.asked("dokuwiki.login", user, password))

    def time(self) -> int:
        return int(self._of(int, "dokuwiki.getTime"))

    def pages(self, namespace: str) -> Iterator[tuple[str, int, int]]:
        for page in self._of(list, "dokuwiki.getPagelist", namespace, {"depth": 0}):
            yield str(page["id"]), int(page["mtime"]), int(page["size"])

    def recent(self, since: int) -> Iterator[str]:
        found = self.asked("wiki.getRecentChanges", since)
        return (str(one["name"]) for one in found) if isinstance(found, list) else iter(())

    def changed(self, page: str) -> int | None:
        found = self.asked("wiki.getPageInfo", page)
        return int(found["version"]) if isinstance(found, dict) and "version" in found else None

    def html(self, page: str) -> str:
        found = self.asked("wiki.getPageHTML", page)
        if not isinstance(found, str):
            raise LoadError("the wiki does not show it")
        return found

    def asked(self, method: str, *parameters: Any) -> Any:
        """The answer; None where the wiki answers with a fault."""
        body = xmlrpc.client.dumps(parameters, method, allow_none=False).encode()
        reply = self._web.post(self._address, body, "text/xml")
        try:
            return xmlrpc.client.loads(reply.body)[0][0]
        except xmlrpc.client.Fault:
            return None
        except (xmlrpc.client.Error, ExpatError, ValueError, TypeError, LookupError) as error:
            raise _silent(self._address, reply) from error

    def _of(self, kind: type, method: str, *parameters: Any) -> Any:
        found = self.asked(method, *parameters)
        if not isinstance(found, kind):
            raise SourceError(f"{self._address} refuses {method}; {SWITCH}.")
        return found


class JsonRpc:
    """The newer interface (`core.…`)."""

    def __init__(self, web: Web, address: str) -> None:
        self._web = web
        self._address = address

    def answers(self) -> bool:
        """Whether the wiki has it."""
        try:
            return type(self._asked("core.getWikiTime", {})) is int
        except (SourceError, LoadError):
            return False

    def sign_in(self, user: str, password: str) -> bool:
        return bool(self._asked("core.login", {"user": user, "pass": password}))

    def time(self) -> int:
        return int(self._asked("core.getWikiTime", {}))

    def pages(self, namespace: str) -> Iterator[tuple[str, int, int]]:
        for page in self._asked("core.listPages", {"namespace": namespace, "depth": 0}):
            yield str(page["id"]), int(page["revision"]), int(page["size"])

    def recent(self, since: int) -> Iterator[str]:
        return (str(one["id"]) for one in self._asked("core.getRecentPageChanges", {"timestamp": since}))

    def changed(self, page: str) -> int | None:
        try:
            return int(self._asked("core.getPageInfo", {"page": page})["revision"])
        except LoadError:
            return None

    def html(self, page: str) -> str:
        return str(self._asked("core.getPageHTML", {"page": page}))

    def _asked(self, method: str, parameters: Mapping[str, Any]) -> Any:
        request = {"jsonrpc": "2.0", "id": "1", "method": method, "params": parameters}
        reply = self._web.post_json(self._address, request)
        answer = json_of(reply)
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise _silent(self._address, reply)
        error = answer.get("error") or {}
        if isinstance(error, dict) and error.get("code"):
            raise LoadError(f"the wiki does not show it: {error.get('message')}")
        return answer.get("result")


def _silent(address: str, reply: Reply) -> SourceError:
    return SourceError(f"{address} does not answer as DokuWiki does (status {reply.status}); {SWITCH}.")
