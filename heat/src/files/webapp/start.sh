#!/bin/sh
# Starts the webapp that the stack's parameter names.
set -eu
cd /opt/rota/webapp
case $ROTA_WEBAPP in
  node) exec /usr/bin/node webapp.cjs ;;
  django)
    exec /usr/bin/gunicorn --config gunicorn.conf.py --bind "$ROTA_LISTEN:$PORT" \
      --access-logfile /var/log/rota/gunicorn_access.log --error-logfile /var/log/rota/gunicorn_error.log wsgi:application
    ;;
esac
