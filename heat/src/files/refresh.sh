#!/bin/bash
# Every minute: when the metadata service names other addresses than before, configure anew and restart what uses them.
set -Eeuo pipefail
python3 /usr/local/lib/rota/peers.py --changed || exit 0
. /usr/local/lib/rota/common.sh
. /usr/local/lib/rota/role.sh
echo 'rota: the other servers have new addresses'
apply
