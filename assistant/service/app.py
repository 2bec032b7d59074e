"""The application: assistants and options to a FastAPI app with every door, the page, and the layers around them.

From outside to inside: the request log, the guard (hosts, headers), the door (origins, limits of bodies), the pace (requests
of each client), the routes of ours, and last, at `/`, Gradio behind its gate.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.page.contract import Answers
from assistant.page.head import TITLE, dress
from assistant.service.access import Access, refuse_open
from assistant.service.context import Service
from assistant.service.door import Door
from assistant.service.gate import Dress, Gate
from assistant.service.guard import Guard, page_policy
from assistant.service.keys import Keys
from assistant.service.limits import Limits
from assistant.service.metrics import Metrics
from assistant.service.options import Options
from assistant.service.pace import Pace
from assistant.service.request_log import RequestLog
from assistant.service.store import Store
from assistant.service.tickets import Tickets
from assistant.service.visitor import visitors

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI


def create_app(
    assistants: Answers | Mapping[str, Answers],
    options: Options | None = None,
    *,
    routers: Sequence[APIRouter] = (),
    **changes: Any,
) -> FastAPI:
    """The whole service as an ASGI application: one assistant, or several by name of their collection.

    `changes` are fields of `Options` by name. `routers` are further doors, placed before the page. ServeError if it would
    be open to others without a key and this is not asked for.
    """
    from fastapi import FastAPI
    from starlette.middleware.cors import CORSMiddleware

    from assistant.service.failures import add_failures, add_unknown

    options = replace(options or Options(), **changes)
    service = build_service(assistants, options)
    app = FastAPI(
        title=TITLE,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(service),
    )
    app.state.service = service
    # Gradio opens itself to every origin unless its parent has this middleware. Permissions are the door's to give.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Pace, limits=service.limits)
    app.add_middleware(Door, origins=service.access.origins, upload_limit=options.upload_limit)
    app.add_middleware(
        Guard,
        hosts=options.hosts,
        policy=page_policy(service.access.origins),
        trusted_proxy=options.trusted_proxy,
        user_header=options.user_header,
        root_path=options.root_path,
    )
    app.add_middleware(RequestLog, metrics=service.metrics, log_questions=options.log_questions)
    add_failures(app)
    for router in (*routers, *_doors(service)):
        app.include_router(router)
    _add_mcp(app, service)
    add_unknown(app)
    _add_page(app, service)
    return app


def build_service(assistants: Answers | Mapping[str, Answers], options: Options) -> Service:
    """What the doors share, by the options. Without a data folder, it is kept in one that goes with the process."""
    served = assistants if isinstance(assistants, Mapping) else {assistants.collection.name: assistants}
    keys = Keys(options.data)
    refuse_open(options, keys)
    tickets = Tickets.open(options.data) if options.data else Tickets()
    limits, metrics = Limits(options.allowed), Metrics()
    metrics.watch(limits)
    return Service(
        dict(served),
        access=Access(options, keys, tickets, list(served)),
        limits=limits,
        store=Store.open(options.data or _passing_folder(), options.keep_days),
        metrics=metrics,
    )


def _passing_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="cited-assistant-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _doors(service: Service) -> list[APIRouter]:
    from assistant.service import api, compat, signin, ticket_route, views, widget

    return [module.router(service) for module in (api, compat, widget, ticket_route, signin, views)]


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with app.state.mcp.lifespan():
                yield
        finally:
            service.close()

    return lifespan


def _add_mcp(app: FastAPI, service: Service) -> None:
    from starlette.routing import Route

    from assistant.service.mcp_door import mounted

    app.state.mcp = mounted(service)
    app.router.routes.append(Route("/mcp", app.state.mcp, include_in_schema=False))


def _add_page(app: FastAPI, service: Service) -> None:
    from assistant.page.page import add_page, upload_folder

    options = service.access.options
    uploads, limit = options.with_uploads, options.upload_limit
    assistant = service.assistants[service.default]
    add_page(app, assistant, options.examples, uploads=uploads, max_file_size=limit, visitors=visitors(service))
    mounted: Any = app.router.routes[-1]
    gate = Gate(
        Dress(mounted.app, lambda html: dress(html, limit)),
        service.access,
        service.default,
        uploads=uploads,
        upload_limit=limit,
        upload_folder=upload_folder(),
    )
    mounted.app = app.state.gate = gate
