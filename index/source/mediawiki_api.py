"""MediaWiki's API: one request after the other, waiting when the wiki is behind, signed in where a user is given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from index.errors import SourceError
from index.source.web import Web, json_of

MAXLAG = "5"  # seconds that the wiki's copies may be behind before we wait
TRIES = 6
LONGEST = 1500  # characters of a request that is not posted
LAGGED = ("maxlag", "ratelimited", "readonly")
SIGNED_OUT = ("assertuserfailed", "assertbotfailed", "readapidenied")


class ApiError(Exception):
    """The wiki answered that it cannot do what was asked; `code` is its own word for why."""

    def __init__(self, code: str, info: str) -> None:
        super().__init__(info or code)
        self.code = code


class MediaWikiApi:
    """`address` is that of api.php. With a user (of Special:BotPasswords, `Name@bot`) it signs in at the first request."""

    def __init__(self, address: str, user: str = "", password: str = "", rate: float = 10.0) -> None:
        self.address = address if address.endswith(".php") else f"{address.rstrip('/')}/api.php"
        self._web = Web(self.address, private=True, rate=rate)
        self._user, self._password = user, password
        self._signed_in = False
        self._general: dict[str, Any] | None = None

    def ask(self, **parameters: str) -> dict[str, Any]:
        """The answer to one request, posted if it is long. ApiError if the wiki refuses, SourceError if it cannot be
        reached."""
        if self._user and not self._signed_in:
            self._sign_in()
        try:
            return self._asked({**parameters, **({"assert": "user"} if self._user else {})})
        except ApiError as error:
            if not self._user or error.code not in SIGNED_OUT:
                raise
        self._sign_in()
        return self._asked({**parameters, "assert": "user"})

    def query(self, **parameters: str) -> Iterator[dict[str, Any]]:
        """What `action=query` gives, part by part to its end. SourceError also if the wiki refuses it."""
        after: dict[str, str] = {}
        while True:
            try:
                answer = self.ask(action="query", **parameters, **after)
            except ApiError as error:
                raise SourceError(f"{self.address} refuses to list its pages: {error}") from error
            yield answer.get("query", {})
            if "continue" not in answer:
                return
            after = {key: str(value) for key, value in answer["continue"].items()}

    def general(self) -> dict[str, Any]:
        """What the wiki says of itself."""
        if self._general is None:
            self._general = next(self.query(meta="siteinfo", siprop="general"))["general"]
        return self._general

    def now(self) -> str:
        """The wiki's own time, ISO 8601."""
        try:
            return str(self.ask(action="query", curtimestamp="1")["curtimestamp"])
        except ApiError as error:
            raise SourceError(f"{self.address} refuses to answer: {error}") from error

    def close(self) -> None:
        self._web.close()

    def _asked(self, parameters: Mapping[str, str], *, post: bool = False) -> dict[str, Any]:
        sent = {**parameters, "format": "json", "formatversion": "2"}
        post = post or sum(map(len, sent.values())) > LONGEST
        if not post:
            sent["maxlag"] = MAXLAG
        code = ""
        for number in range(TRIES):
            reply = self._web.form(self.address, sent) if post else self._web.get(f"{self.address}?{urlencode(sent)}")
            answer = json_of(reply)
            if not isinstance(answer, dict):
                raise SourceError(f"{self.address} does not answer as MediaWiki does; give the address of api.php.")
            error = answer.get("error")
            if not error:
                return answer
            code = str(error.get("code"))
            if code not in LAGGED:
                raise ApiError(code, str(error.get("info", "")))
            self._web.wait(float(reply.headers.get("retry-after", 2**number)))
        raise SourceError(f"{self.address} is behind or read-only and asks to wait ({code}); sync later.")

    def _sign_in(self) -> None:
        try:
            token = self._asked({"action": "query", "meta": "tokens", "type": "login"})["query"]["tokens"]["logintoken"]
            fields = {"action": "login", "lgname": self._user, "lgpassword": self._password, "lgtoken": token}
            done = self._asked(fields, post=True)["login"]
        except ApiError as error:
            raise SourceError(f"{self.address} lets nobody sign in: {error}") from error
        if done.get("result") != "Success":
            why = done.get("reason", done.get("result"))
            raise SourceError(f"{self.address} does not let {self._user} sign in: {_short(why)}")
        self._signed_in = True


def _short(why: object) -> str:
    return json.dumps(why, ensure_ascii=False)[:300]
