# Kibana with the plugin rota; when asked, also the way to Elasticsearch on port 9200.
PACKAGES=(kibana=8.12.2 rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-openssl=8.2302.* openssl curl)
UNITS=(rota-agent.service kibana.service)
if [ "$ROTA_ELASTICSEARCH_PUBLIC" = true ]; then
  PACKAGES+=(nginx=1.22.* libnginx-mod-stream=1.22.*)
  UNITS+=(rota-elasticsearch.service)
fi

before_certificate() { :; }

prepare() {
  systemctl disable --now rsyslog.service nginx.service 2>/dev/null || true
  install -d -o root -g kibana -m 0750 /etc/kibana/tls
  install -o root -g kibana -m 0640 /etc/rota/tls/* /etc/kibana/tls/
  step 'install the plugin'
  fetch_archive rota-kibana.zip /var/lib/rota
  if [ ! -d /usr/share/kibana/plugins/rota ]; then
    /usr/share/kibana/bin/kibana-plugin install file:///var/lib/rota/rota-kibana.zip
  fi
  [ -f /etc/kibana/kibana.keystore ] || /usr/share/kibana/bin/kibana-keystore create
  keep elasticsearch.password "$ROTA_KIBANA_PASSWORD"
  keep xpack.encryptedSavedObjects.encryptionKey "$ROTA_ENCRYPTION_KEY"
  keep xpack.security.encryptionKey "$ROTA_ENCRYPTION_KEY"
  chown root:kibana /etc/kibana/kibana.keystore
}

keep() { printf '%s' "$2" | /usr/share/kibana/bin/kibana-keystore add --force --stdin "$1"; }

apply() {
  apply_agent
  put /etc/kibana/kibana.yml <<CONFIG && { chgrp kibana /etc/kibana/kibana.yml; restart_if_running kibana.service; }
server.host: 0.0.0.0
server.port: $ROTA_KIBANA_PORT
server.name: $ROTA_HOST
server.ssl: {enabled: true, certificate: /etc/kibana/tls/node.crt, key: /etc/kibana/tls/node.key}
elasticsearch.hosts: [$(printf '"https://%s:9200",' ${ROTA_ELASTICSEARCH} | sed 's/,$//')]
elasticsearch.username: kibana_system
elasticsearch.ssl.certificateAuthorities: /etc/kibana/tls/ca.crt
$(public_url)
# Nothing leaves this cloud that nobody asked for.
telemetry.optIn: false
CONFIG
  [ "$ROTA_ELASTICSEARCH_PUBLIC" = true ] || return 0
  { cat /usr/local/share/rota/elasticsearch.conf; printf 'stream {\n  upstream elasticsearch {\n'
    printf '    server %s:9200;\n' ${ROTA_ELASTICSEARCH}
    printf '  }\n  server {\n    listen 9200;\n    proxy_pass elasticsearch;\n  }\n}\n'
  } | put /etc/rota/elasticsearch.conf && restart_if_running rota-elasticsearch.service
  return 0
}

# Links in alerts need the address by which people call it; an IPv6 address stands in brackets.
public_url() {
  local address=${ROTA_PUBLIC:-}
  case $address in
  '') return 0 ;;
  *:*) address="[$address]" ;;
  esac
  echo "server.publicBaseUrl: 'https://$address:$ROTA_KIBANA_PORT'"
}

verify() {
  step 'wait for Kibana'
  retry 900 kibana api/status
  step 'install the data view'
  cat >/var/lib/rota/data_view.json <<VIEW
{"override": true, "data_view": {"id": "rota-logs", "name": "Rota: all logs", "title": "logs-*-$ROTA_NAMESPACE",
  "timeFieldName": "@timestamp"}}
VIEW
  retry 300 kibana api/data_views/data_view -X POST -H 'Content-Type: application/json' --data @/var/lib/rota/data_view.json
  verify_line
}

# kibana PATH [CURL OPTIONS…]: as the operator; the password goes by standard input.
kibana() {
  local path=$1
  shift
  printf 'user = "rota:%s"\n' "$ROTA_OPERATOR_PASSWORD" |
    curl --config - --fail --silent --show-error --max-time 60 --cacert /etc/rota/tls/ca.crt --output /dev/null \
      -H 'kbn-xsrf: rota' "$@" "https://$ROTA_HOST.rota:$ROTA_KIBANA_PORT/$path" --resolve "$ROTA_HOST.rota:$ROTA_KIBANA_PORT:127.0.0.1"
}
