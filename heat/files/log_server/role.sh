# rsyslog with the indexer. The first log server is also the stack's certificate authority.
PACKAGES=(nodejs=18.* rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-gnutls=8.2302.* nftables=1.0.* openssl curl)
UNITS=(rota-log.service)

before_certificate() {
  [ "$ROTA_HOST" = log-1 ] || return 0
  step 'start the certificate authority'
  # The authority writes the table of senders there, the indexer reads it: nothing else is shared between them.
  getent group rota-senders >/dev/null || groupadd --system rota-senders
  install -d -o root -g rota-senders -m 0775 /var/lib/rota-senders
  systemctl daemon-reload
  systemctl enable --now rota-authority.service
  retry 60 test -s /var/lib/rota-senders/table
}

prepare() {
  systemctl disable --now rsyslog.service 2>/dev/null || true
  step 'wait for Elasticsearch'
  retry 1200 find_elasticsearch
  retry 1200 elasticsearch _security/_authenticate --output /dev/null
  make_keys
}

make_keys() {
  step 'make API keys'
  make_key setup '["monitor", "manage_index_templates", "manage_ilm"]' '["manage", "view_index_metadata"]'
  make_key indexer '["monitor"]' '["create_doc", "create_index", "read", "delete", "maintenance", "view_index_metadata"]'
  step 'install the index template'
  ROTA_ELASTICSEARCH_API_KEY=$(cat /etc/rota/setup.key) retry 300 node /usr/lib/rota/setup.cjs \
    --elasticsearch "$(urls)" --ca /etc/rota/tls/ca.crt --namespace "$ROTA_NAMESPACE"
}

# An Elasticsearch that was made anew, without its data, knows neither keys nor template: without them every line would be
# refused (401) for ever. Its users come last at its boot, so until rota_log may log in this only waits.
keep_up() {
  find_elasticsearch || return 0
  local status=''
  status=$(printf 'header = "Authorization: ApiKey %s"\n' "$(cat /etc/rota/indexer.key)" |
    ask _security/_authenticate --output /dev/null --write-out '%{http_code}') || true
  [ "${status: -3}" = 401 ] || return 0
  elasticsearch _security/_authenticate --output /dev/null || return 0
  echo 'rota: Elasticsearch does not know the API keys any more'
  rm -f /etc/rota/setup.key /etc/rota/indexer.key
  make_keys
  systemctl restart rota-log.service
}

# Where Elasticsearch is, from the metadata; where that does not say it, from the certificates that were given out.
find_elasticsearch() {
  if [ -z "${ROTA_ELASTICSEARCH:-}" ]; then
    ROTA_ELASTICSEARCH=$(sort -u /var/lib/rota-authority/elasticsearch/* | tr '\n' ' ') 2>/dev/null
  fi
  [ -n "${ROTA_ELASTICSEARCH// /}" ]
}

urls() { printf 'https://%s:9200,' ${ROTA_ELASTICSEARCH} | sed 's/,$//'; }

# elasticsearch PATH [CURL OPTIONS…]: as the user rota_log, whose password no command line shows.
elasticsearch() { printf 'user = "rota_log:%s"\n' "$ROTA_LOG_PASSWORD" | ask "$@"; }

# ask PATH [CURL OPTIONS…]: the first node that answers well; who asks stands on standard input.
ask() {
  local path=$1 login address
  shift
  login=$(cat)
  for address in $ROTA_ELASTICSEARCH; do
    curl --config - --fail --silent --show-error --max-time 20 --cacert /etc/rota/tls/ca.crt \
      -H 'Content-Type: application/json' "$@" "https://$address:9200/$path" <<<"$login" && return 0
  done
  return 1
}

# make_key NAME CLUSTER_PRIVILEGES INDEX_PRIVILEGES: an API key that can do just this, in a file that only rota reads.
make_key() {
  [ ! -s "/etc/rota/$1.key" ] || return 0
  local asked=/var/lib/rota/asked.json made=/var/lib/rota/made.json
  cat >$asked <<ASKED
{"name": "$ROTA_HOST $1", "role_descriptors": {"rota": {"cluster": $2,
  "indices": [{"names": ["logs-*-$ROTA_NAMESPACE"], "privileges": $3}]}}}
ASKED
  (umask 0077 && retry 300 elasticsearch _security/api_key -X POST --output $made --data @$asked)
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["encoded"])' $made | put "/etc/rota/$1.key" || true
  rm $asked $made
}

apply() {
  find_elasticsearch
  # Through the internal balancer, which is there when several log servers are, all senders come from its address: nobody can say then
  # by the address who may write what.
  local connections=4000 each=64 senders=/var/lib/rota-senders/table
  [ "$ROTA_LOG" = "$ROTA_AUTHORITY" ] || { each=$connections senders=; }
  put /etc/rota/log.env <<LOG && restart_if_running rota-log.service
ROTA_HOST=$ROTA_HOST
ROTA_WORK=/var/lib/rota/log
ROTA_PROFILE=$ROTA_LOG_PROFILE
ROTA_BIND=0.0.0.0
ROTA_INPUT_RELPS=on
ROTA_PORT_RELPS=2514
ROTA_SENDERS=$senders
ROTA_MAX_CONNECTIONS=$connections
ROTA_MAX_CONNECTIONS_PER_ADDRESS=$each
ROTA_TLS=on
ROTA_TLS_CA=/etc/rota/tls/ca.crt
ROTA_TLS_CERT=/etc/rota/tls/node.crt
ROTA_TLS_KEY=/etc/rota/tls/node.key
ROTA_TLS_PEER=*.rota
ROTA_TLS_AUTH=x509/name
ROTA_TLS_RELP_AUTH=certvalid
ROTA_ELASTICSEARCH_URL=$(urls)
ROTA_ELASTICSEARCH_API_KEY_FILE=/etc/rota/indexer.key
ROTA_ELASTICSEARCH_CA=/etc/rota/tls/ca.crt
ROTA_NAMESPACE=$ROTA_NAMESPACE
LOG
  return 0
}

# The line's way ends in Elasticsearch: through this server's own input, queue and indexer.
verify() {
  step 'have this server acknowledge a line'
  ROTA_LOG=127.0.0.1 retry 120 python3 /usr/local/lib/rota/prove.py
  step 'find a line of this server in Elasticsearch'
  retry 300 line_is_indexed
}

line_is_indexed() {
  local id
  id=$(ROTA_LOG=127.0.0.1 python3 /usr/local/lib/rota/prove.py) || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 2
    elasticsearch "logs-*-$ROTA_NAMESPACE/_count?q=event.id:%22$id%22" | grep -q '"count":1' && return 0
  done
  return 1
}
