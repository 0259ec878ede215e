#!/bin/sh
# Starts the server in the foreground (exec: same pid, same signals), when its queue is known to be sound: after a power cut rsyslog
# forgets what stands in a damaged one, and takes nothing new, without a word (check_queue.py).
set -eu
ROTA_HOST=${ROTA_HOST:-$(uname -n)}
export ROTA_HOST
python3 "$ROTA_RSYSLOG_DIR/check_queue.py" "$ROTA_WORK" index index "$ROTA_HOST"
exec /usr/sbin/rsyslogd -n -f "$ROTA_RSYSLOG_DIR/server.conf" "$@"
