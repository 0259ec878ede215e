#!/bin/sh
# Starts the agent in the foreground (exec: same pid, same signals).
#
# imfile writes its place in a file when the lines before it are in the queue, with one exception: when the file grows beyond
# 512 bytes. An agent that was killed just then would never send those. So places near the beginning of a file are forgotten here: its
# first lines are read again, get the same ids, and what had arrived is recognised (docs/decisions/0031-following-log-files.md).
set -eu
ROTA_HOST=${ROTA_HOST:-$(uname -n)}
export ROTA_HOST
near=1048576

for state in "$ROTA_WORK"/imfile-state:*; do
  [ -f "$state" ] || continue
  place=$(sed -n 's/.*"curr_offs": *\([0-9]*\).*/\1/p' "$state")
  [ "${place:-0}" -gt "$near" ] || rm -f "$state"
done
# Of a killed agent; another program may have its number by now, and rsyslogd would not start.
rm -f "$ROTA_WORK/rsyslogd.pid"

# A profile that may lose what is under way need not wait for acknowledgements.
[ "${ROTA_PROFILE:-}" != fast ] || export ROTA_WINDOW="${ROTA_WINDOW_FAST:-2048}"
# librelp takes a window below 2 for "not set", which is 128.
if [ "${ROTA_WINDOW:-2}" -lt 2 ]; then
  echo "run_agent.sh: ROTA_WINDOW is $ROTA_WINDOW; give 2 or more (RELP messages under way)." >&2
  exit 64
fi

# For times in files that do not say their zone: its offset changes with the day.
ROTA_ZONE=${ROTA_ZONE:-$(printenv TZ || readlink -f /etc/localtime | sed 's|.*/zoneinfo/||')}
export ROTA_ZONE="${ROTA_ZONE#:}"

# A host without Python, or without the program, starts as it is.
check=$ROTA_RSYSLOG_DIR/check_queue.py
[ ! -f "$check" ] || ! command -v python3 >/dev/null || python3 "$check" "$ROTA_WORK" forward forward "$ROTA_HOST"

exec /usr/sbin/rsyslogd -n -f "$ROTA_RSYSLOG_DIR/agent.conf" -i "$ROTA_WORK/rsyslogd.pid" "$@"
