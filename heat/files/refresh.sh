#!/bin/bash
# Every minute: when the metadata service names other addresses than before, configure anew and restart what uses them; and
# look after what the role cannot leave to systemd. With --enrol only what must be before this server sends: say who has its address.
set -Eeuo pipefail
. /usr/local/lib/rota/common.sh
. /usr/local/lib/rota/role.sh
if [ "${1:-}" = --enrol ]; then
  enrol_again
  exit 0
fi
if python3 /usr/local/lib/rota/peers.py --changed; then
  echo 'rota: the other servers have new addresses'
  load_settings
  apply
fi
enrol_again
keep_agent
rotate_logs
keep_up
