"""Settings of the demo webapp. There is no database, no session and no static file: a page that says who served it."""

import os
import secrets
from pathlib import Path

# Nothing is signed with it, and a restart may change it.
SECRET_KEY = os.environ.get("ROTA_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False
# The frontend passes on whatever Host the client sent; no link is made from it.
ALLOWED_HOSTS = ["*"]

ROOT_URLCONF = "hello.urls"
WSGI_APPLICATION = "hello.wsgi.application"
INSTALLED_APPS: list[str] = []
MIDDLEWARE = [
    "hello.fault.FaultSwitchMiddleware",
    "hello.views.ServedByMiddleware",
    "hello.fault.FaultMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
# Django gives the process this zone; Gunicorn writes its log times in it, with their offset.
TIME_ZONE = "UTC"
USE_TZ = True

ROTA_HOST_NAME = os.environ.get("ROTA_HOST_NAME", "web-1")

# What Django has to say goes to Gunicorn's error log, where the agent reads it: a view's exception arrives there with
# its traceback. Warnings (each 404 is one) stay out of it: the access log has them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"gunicorn": {"class": "hello.logs.GunicornHandler", "level": "ERROR"}},
    "loggers": {
        "django": {"handlers": ["gunicorn"], "level": "INFO", "propagate": False},
        "hello": {"handlers": ["gunicorn"], "level": "INFO", "propagate": False},
    },
}
