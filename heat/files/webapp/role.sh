# One webapp: the Node.js demo on rota-sdk, which ships its own logs, or Django with Gunicorn, whose files the agent reads.
PACKAGES=(rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-openssl=8.2302.* openssl curl logrotate)
case $ROTA_WEBAPP in
  node) PACKAGES+=(nodejs=18.*) ;;
  django) PACKAGES+=(gunicorn=20.* python3-django=3:3.2.*) ;;
esac
UNITS=(rota-agent.service rota-webapp.service rota-announce.service)

before_certificate() { :; }

prepare() {
  systemctl disable --now rsyslog.service 2>/dev/null || true
  step 'fetch the webapp'
  fetch_archive "rota-webapp-$ROTA_WEBAPP.tar.gz" /opt/rota/webapp
}

apply() {
  apply_agent
  local address
  address=$(ip -4 route get "$ROTA_FRONTEND" | grep -oP ' src \K[0-9.]+')
  put /etc/rota/announce.env <<ANNOUNCE && restart_if_running rota-announce.service
ROTA_ANNOUNCE_URL=https://$ROTA_FRONTEND:8443/webapps/$ROTA_HOST
ROTA_ANNOUNCE_ADDRESS=$address:$ROTA_WEBAPP_PORT
ANNOUNCE
  put /etc/rota/webapp.env <<WEBAPP && restart_if_running rota-webapp.service
PORT=$ROTA_WEBAPP_PORT
ROTA_WEBAPP=$ROTA_WEBAPP
ROTA_BIND=$address
ROTA_TRUSTED_PROXY=$ROTA_FRONTEND
ROTA_HOSTNAME=$ROTA_HOST
ROTA_HOST_NAME=$ROTA_HOST
ROTA_LOG_FOLDER=/var/log/rota
ROTA_SERVICE=hello
ROTA_ENVIRONMENT=$ROTA_NAMESPACE
ROTA_URL=relps://$ROTA_LOG:2514
ROTA_SPOOL_DIR=/var/lib/rota/webapp
ROTA_TLS_CA=/etc/rota/tls/ca.crt
ROTA_TLS_CERT=/etc/rota/tls/node.crt
ROTA_TLS_KEY=/etc/rota/tls/node.key
ROTA_TLS_SERVERNAME=log.rota
WEBAPP
  return 0
}

verify() {
  step 'see the webapp answer'
  . /etc/rota/announce.env
  retry 120 curl --user-agent '' --fail --silent --output /dev/null --max-time 5 "http://$ROTA_ANNOUNCE_ADDRESS/"
  step 'have the frontend take the announcement'
  retry 900 env ROTA_ANNOUNCE_URL="$ROTA_ANNOUNCE_URL" ROTA_ANNOUNCE_ADDRESS="$ROTA_ANNOUNCE_ADDRESS" \
    python3 /usr/local/lib/rota/announce.py --once
  verify_line
}
