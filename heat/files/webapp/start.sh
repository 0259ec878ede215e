#!/bin/sh
# Starts the webapp that the stack's parameter names.
set -eu
cd /opt/rota/webapp
case $ROTA_WEBAPP in
  node) exec /usr/bin/node webapp.cjs ;;
  django) exec /usr/bin/gunicorn -c gunicorn.conf.py hello.wsgi ;;
esac
