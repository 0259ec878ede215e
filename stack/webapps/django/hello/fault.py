"""The switch through which an operator breaks this webapp on purpose: PUT and DELETE /__rota/fault, from loopback only."""

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseNotFound, JsonResponse

FAULT_PATH = "/__rota/fault"
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


class InjectedFault(Exception):
    """Raised while a fault is on, so that the log tells an injected error from a real one."""


@dataclass(frozen=True)
class Fault:
    status: int | None
    latency_s: float
    path: str | None
    until: float


class FaultSwitch:
    """Holds the fault of this process; the webapp is one process with several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault: Fault | None = None

    def set(self, body: dict[str, Any]) -> None:
        for_s = body.get("for_s")
        fault = Fault(
            status=body.get("status"),
            latency_s=body.get("latency_ms", 0) / 1000,
            path=body.get("path"),
            until=time.monotonic() + for_s if for_s is not None else float("inf"),
        )
        with self._lock:
            self._fault = fault

    def clear(self) -> None:
        with self._lock:
            self._fault = None

    def current(self, path: str) -> Fault | None:
        """The fault that applies to a path now."""
        with self._lock:
            fault = self._fault
        if fault is None or time.monotonic() >= fault.until:
            return None
        return fault if fault.path in (None, path) else None


def problem_with(body: object) -> str | None:
    """A sentence that says what is wrong with a fault, or None."""
    if not isinstance(body, dict):
        return 'Send a JSON object such as {"status": 500, "for_s": 30}.'
    status, latency, for_s, path = (body.get(name) for name in ("status", "latency_ms", "for_s", "path"))
    if status is None and latency is None:
        return "Give a status, a latency_ms, or both."
    if status is not None and not (type(status) is int and 400 <= status <= 599):
        return "status must be a whole number from 400 to 599."
    if latency is not None and not (is_number(latency) and 0 <= latency <= 600_000):
        return "latency_ms must be from 0 to 600000."
    if for_s is not None and not (is_number(for_s) and for_s > 0):
        return "for_s must be more than 0."
    if path is not None and not (isinstance(path, str) and path.startswith("/")):
        return 'path must start with "/".'
    return None


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


switch = FaultSwitch()


class FaultSwitchMiddleware:
    """Answers the switch itself, whatever fault is on. A frontend connects from loopback too: what it forwards is no operator."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path != FAULT_PATH:
            return self.get_response(request)
        meta = request.META
        if meta.get("REMOTE_ADDR") not in LOOPBACK or "HTTP_X_FORWARDED_FOR" in meta:
            return HttpResponseNotFound()
        if request.method == "DELETE":
            switch.clear()
            return HttpResponse(status=204)
        if request.method != "PUT":
            return HttpResponse(status=405, headers={"Allow": "PUT, DELETE"})
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        problem = problem_with(body)
        if problem:
            return JsonResponse({"code": "ROTA_FAULT_INVALID", "message": problem}, status=400)
        switch.set(body)
        return JsonResponse(body)


class FaultMiddleware:
    """Carries a fault out: waits, and fails with a traceback (500) or with the bare status."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        fault = switch.current(request.path)
        if fault is None:
            return self.get_response(request)
        if fault.latency_s:
            time.sleep(fault.latency_s)
        if fault.status is None:
            return self.get_response(request)
        if fault.status == 500:
            raise InjectedFault("This webapp was told to answer 500.")
        return HttpResponse(f"{fault.status}: this webapp was told to answer so.\n", "text/plain", fault.status)
