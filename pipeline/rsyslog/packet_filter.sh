#!/bin/sh
# Prints nftables rules for the inputs that the server's settings open: who may send, and how many connections there may be, in all
# and from one address. rsyslog 8.2302 counts no connections, imrelp in no version, and a server that has no file descriptor left cannot
# write its queue. As root, at the start and after a change of a setting:
#
#   set -a; . ./defaults.env; . /etc/rota/log.env; set +a; ./packet_filter.sh | nft -f -
#
# It is one table of its own, which replaces itself; other rules stay as they are. Loopback is not filtered.
set -eu

# input NAME PORT: the port, when the input is on and listens beyond loopback.
input() {
  eval "on=\${ROTA_INPUT_$1:-off} port=\${ROTA_PORT_$1:-$2}"
  [ "$on" = on ] || return 0
  case $1 in
    RELPS | TLS) [ "${ROTA_TLS:-off}" = on ] || return 0 ;;
    *) [ "${ROTA_TLS:-off}" = off ] || return 0 ;;
  esac
  case $port in '' | *[!0-9]*)
    echo "packet_filter.sh: ROTA_PORT_$1 is \"$port\"; give a port." >&2
    exit 64
    ;;
  esac
  printf '%s, ' "$port"
}

number() {
  case $2 in '' | *[!0-9]*)
    echo "packet_filter.sh: $1 is \"$2\"; give a whole number." >&2
    exit 64
    ;;
  esac
}

all=${ROTA_MAX_CONNECTIONS:-2000}
each=${ROTA_MAX_CONNECTIONS_PER_ADDRESS:-64}
number ROTA_MAX_CONNECTIONS "$all"
number ROTA_MAX_CONNECTIONS_PER_ADDRESS "$each"
tcp=$(input RELPS 8032; input TLS 8035; input RELP 8031; input TCP 8033; input TCP_RAW 8034)
udp=$(input UDP 8036)

# The networks that may send; none named lets anyone.
four='' six=''
for network in $(echo "${ROTA_ALLOWED:-}" | tr ',' ' '); do
  case $network in
    *[!0-9a-fA-F.:/]*)
      echo "packet_filter.sh: ROTA_ALLOWED holds \"$network\", which is neither an address nor a network." >&2
      exit 64
      ;;
    *:*) six="$six$network, " ;;
    *) four="$four$network, " ;;
  esac
done

echo 'table inet rota_inputs'
echo 'delete table inet rota_inputs'
echo 'table inet rota_inputs {'
echo '  set connected4 { type ipv4_addr; flags dynamic; size 65535; }'
echo '  set connected6 { type ipv6_addr; flags dynamic; size 65535; }'
echo '  chain allowed {'
if [ -n "$four$six" ]; then
  [ -z "$four" ] || echo "    ip saddr { ${four%, } } return"
  [ -z "$six" ] || echo "    ip6 saddr { ${six%, } } return"
  echo '    drop'
fi
echo '  }'
echo '  chain connection {'
echo '    jump allowed'
echo '    ct state != new return'
echo "    add @connected4 { ip saddr ct count over $each } reject with tcp reset"
echo "    add @connected6 { ip6 saddr ct count over $each } reject with tcp reset"
echo "    ct count over $all reject with tcp reset"
echo '  }'
echo '  chain input {'
echo '    type filter hook input priority filter; policy accept;'
echo '    iif lo return'
[ -z "$tcp" ] || echo "    tcp dport { ${tcp%, } } jump connection"
[ -z "$udp" ] || echo "    udp dport { ${udp%, } } jump allowed"
echo '  }'
echo '}'
