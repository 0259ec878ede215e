#!/bin/sh
# Starts the agent, after taking each followed file's place back by ROTA_RESEND_LINES lines.
#
# omrelp takes a message for delivered once it is sent. What the server had not acknowledged when the agent was killed
# (512 messages at most, its window) and the batch under way are in no queue any more. They are still in the log file:
# read again they get the same ids, so what had arrived after all is recognised and nothing is doubled.
#
#   run_agent.sh            runs rsyslogd in the foreground (exec: same pid, same signals)
#   run_agent.sh --only     takes the places back and ends, for a unit's ExecStartPre
set -eu
lines=${ROTA_RESEND_LINES:-2000}
# Lines are at most 64 KiB, but hardly 2,000 of them: no more than this is read.
most=33554432

rm -f "$ROTA_WORK"/imfile-state:*.new
for state in "$ROTA_WORK"/imfile-state:*; do
  [ -f "$state" ] || continue
  file=$(sed -n 's/.*"filename": *"\([^"]*\)".*/\1/p' "$state" | sed 's#\\/#/#g')
  place=$(sed -n 's/.*"strt_offs": *\([0-9]*\).*/\1/p' "$state")
  [ -n "$file" ] && [ -n "$place" ] && [ -f "$file" ] || continue
  # Shorter than the place: truncated meanwhile; imfile notices that itself.
  [ "$(wc -c <"$file")" -ge "$place" ] || continue
  # An event of several lines (gunicorn's traceback) must be read from its first line on.
  first='^'
  [ "$file" = "${ROTA_GUNICORN_ERROR:-}" ] && first='^\[[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] '
  from=0
  [ "$place" -gt "$most" ] && from=$((place - most))
  back=$(tail -c +$((from + 1)) "$file" | head -c $((place - from)) | LC_ALL=C awk -v keep="$lines" -v cut="$from" -v first="$first" '
    (NR > 1 || cut == 0) && $0 ~ first { start[n % keep] = at; n++ }
    { at += length($0) + 1 }
    END { if (n == 0) print at; else print (n > keep ? start[n % keep] : start[0]) }')
  place=$((from + back))
  sed "s/\"curr_offs\": *[0-9]*/\"curr_offs\": $place/; s/\"strt_offs\": *[0-9]*/\"strt_offs\": $place/" "$state" >"$state.new"
  mv "$state.new" "$state"
done

[ "${1:-}" = --only ] && exit 0
exec /usr/sbin/rsyslogd -n -f "$ROTA_RSYSLOG_DIR/agent.conf" -i "$ROTA_WORK/rsyslogd.pid" "$@"
