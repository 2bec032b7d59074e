"""The API: every route under `/api`, the health of the service, and the description of it all, as one router."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.service import api_documents, api_questions, docs_page, health
from assistant.service.context import Service


def router(service: Service) -> APIRouter:
    """The routes. Errors leave them as exceptions: the application makes them answers."""
    routes = APIRouter()
    for part in (api_questions, api_documents, health, docs_page):
        routes.include_router(part.router(service))
    return routes
