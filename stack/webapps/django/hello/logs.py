"""Hands Django's log records to Gunicorn's error logger, which writes them in its own format and file."""

import logging


class GunicornHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger("gunicorn.error").handle(record)
