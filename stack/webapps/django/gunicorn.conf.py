"""Gunicorn for one demo webapp: gunicorn -c gunicorn.conf.py hello.wsgi. README.md has the table of settings."""

import os
from pathlib import Path

from gunicorn.glogging import Logger

_host = os.environ.get("ROTA_HOST_NAME", "web-1")
_address = os.environ.get("ROTA_BIND", "127.0.0.1")
_port = os.environ.get("PORT", "8021")
_logs = Path(os.environ.get("ROTA_LOG_FOLDER", "."))
_format = os.environ.get("ROTA_GUNICORN_LOG_FORMAT", "rich")

chdir = str(Path(__file__).parent)
bind = f"{_address}:{_port}"
proc_name = _host

# One process, so that the fault switch breaks all of the webapp at once; threads serve side by side.
workers = 1
threads = int(os.environ.get("ROTA_GUNICORN_THREADS", "8"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 5
# The frontend keeps connections open for 60 s; who closes first must not be us.
keepalive = 75

accesslog = str(_logs / "gunicorn_access.log")
errorlog = str(_logs / "gunicorn_error.log")
loglevel = "info"

_STOCK = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"'
# Behind the stock format: microseconds, process, the request's id, who asked, and which webapp answered. The last two
# tell the dashboard what address a frontend's "upstream" is, and what version served.
_RICH = (
    f'{_STOCK} %(D)s %(p)s id="%({{x-request-id}}i)s" host="%({{host}}i)s" xff="%({{x-forwarded-for}}i)s"'
    f' traceparent="%({{traceparent}}i)s" server={bind}'
    f" service={os.environ.get('ROTA_SERVICE', 'hello')}"
    f" service_version={os.environ.get('ROTA_SERVICE_VERSION', '1.0.0')}"
    f" environment={os.environ.get('ROTA_ENVIRONMENT', 'demo')}"
)
if _format not in ("stock", "rich"):
    raise ValueError(f'ROTA_GUNICORN_LOG_FORMAT is "{_format}": use "stock" or "rich".')
access_log_format = _RICH if _format == "rich" else _STOCK


class VisitorsOnly(Logger):
    """Leaves the operator's path out of the access log: it is no traffic."""

    def access(self, resp, req, environ, request_time):
        if environ.get("PATH_INFO") != "/__rota/fault":
            super().access(resp, req, environ, request_time)


logger_class = VisitorsOnly
