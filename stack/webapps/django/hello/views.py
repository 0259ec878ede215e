"""The pages: who served this turn, a slow one, and one that breaks as real code does."""

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

PRICES = {"1": 1250, "2": 990}


class ServedByMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers["X-Served-By"] = settings.ROTA_HOST_NAME
        return response


@require_safe
def hello(request: HttpRequest) -> HttpResponse:
    host = settings.ROTA_HOST_NAME
    page = {"host": host, "hue": sum(map(ord, host)) * 47 % 360, "request_id": request.headers.get("X-Request-ID")}
    return HttpResponse(render_to_string("hello.html", page))


@require_safe
def slow(request: HttpRequest) -> HttpResponse:
    """Waits ?ms= milliseconds (default 1000, at most 30000) before it answers."""
    try:
        wait = min(max(int(request.GET.get("ms", "1000")), 0), 30_000)
    except ValueError:
        return HttpResponseBadRequest("ms must be a whole number.\n", "text/plain")
    time.sleep(wait / 1000)
    return JsonResponse({"waited_ms": wait, "served_by": settings.ROTA_HOST_NAME})


@require_safe
def product(request: HttpRequest, number: int) -> HttpResponse:
    return JsonResponse({"id": number, "name": f"Product {number}", "served_by": settings.ROTA_HOST_NAME})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"hits": [], "served_by": settings.ROTA_HOST_NAME})


@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"order": "placed", "served_by": settings.ROTA_HOST_NAME}, status=201)


@require_safe
def error(request: HttpRequest) -> HttpResponse:
    """Fails with a KeyError from two calls down: its traceback is one event of the dataset gunicorn.error."""
    return JsonResponse({"total": total(["1", "2", request.GET.get("product", "3")])})


def total(products: list[str]) -> int:
    return sum(PRICES[number] for number in products)
