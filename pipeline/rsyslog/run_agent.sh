#!/bin/sh
# Starts the agent; with ROTA_RESEND_LINES above 0, after taking each followed file's place back by that many lines.
#
# omrelp takes a message for delivered once it is sent: of a window of more than one (ROTA_WINDOW), what the server had not
# acknowledged when the agent was killed is in no queue any more. It is still in the log file: read again it gets the
# same ids, so what had arrived after all is recognised and nothing is doubled. (With a backlog in the queue, what was
# under way lies further back than any number of lines: only ROTA_WINDOW=1 loses nothing then.)
#
#   run_agent.sh            runs rsyslogd in the foreground (exec: same pid, same signals)
#   run_agent.sh --only     takes the places back and ends, for a unit's ExecStartPre
set -eu
lines=${ROTA_RESEND_LINES:-0}
# Lines are at most 64 KiB, but hardly 2,000 of them: no more than this is read.
most=33554432

rm -f "$ROTA_WORK"/imfile-state:*.new
for state in "$ROTA_WORK"/imfile-state:*; do
  [ "$lines" -gt 0 ] && [ -f "$state" ] || continue
  file=$(sed -n 's/.*"filename": *"\([^"]*\)".*/\1/p' "$state" | sed 's#\\/#/#g')
  place=$(sed -n 's/.*"strt_offs": *\([0-9]*\).*/\1/p' "$state")
  [ -n "$file" ] && [ -n "$place" ] && [ -f "$file" ] || continue
  # The name in the state is the one at its writing; the file may have been rotated away since.
  inode=${state##*/imfile-state:}
  [ "$(stat -c %i "$file")" = "${inode%%:*}" ] || continue
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
