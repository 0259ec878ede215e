# nginx: the site on port 80 (pipeline's configuration), and on 8443 the input at which webapps announce themselves.
PACKAGES=(nginx=1.22.* rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-openssl=8.2302.* openssl curl logrotate)
UNITS=(rota-agent.service rota-announcements.service rota-frontend.service rota-webapps.timer)

before_certificate() { :; }

prepare() {
  systemctl disable --now nginx.service rsyslog.service 2>/dev/null || true
  # One by one: `install -d` gives the parents that it makes to root.
  local folder
  for folder in announced announced/webapps nginx nginx/server.d; do
    install -d -o rota -g rota -m 0750 "/var/lib/rota/$folder"
  done
  put /etc/rota/frontend.env <<FRONTEND || true
ROTA_NUMBER=$ROTA_NUMBER
ROTA_INSIDE_CIDR=$ROTA_INSIDE_CIDR
ROTA_WEBAPP_PORT=$ROTA_WEBAPP_PORT
ROTA_NGINX_RUN=/var/lib/rota/nginx
ROTA_NGINX_ACCESS_LOG=/var/log/rota/access.log
ROTA_NGINX_ERROR_LOG=/var/log/rota/error.log
ROTA_NGINX_TRUSTED=$ROTA_TRUSTED_CIDR
ROTA_NGINX_POOL=webapps-$ROTA_NUMBER
FRONTEND
  # nginx needs a configuration before it starts; nginx's own test of it needs this unit's right to port 80.
  systemctl daemon-reload
  systemctl start rota-webapps.service
}

apply() { apply_agent; }

verify() {
  step 'see nginx listen'
  retry 60 curl --user-agent '' --silent --output /dev/null --max-time 5 http://127.0.0.1/
  verify_line
  step 'let the load balancer see this frontend well'
  seen_well
}

# Heat replaces the next frontend as soon as this one has reported, and the load balancer needs three good probes, ten seconds apart, before it
# sends anybody here. Where this frontend takes another one's place its webapps announce themselves within half a minute; at the
# creation of the stack there are none yet, and nobody waits for it.
seen_well() {
  local _
  for _ in 1 2 3 4 5 6 7 8; do
    if serves; then
      sleep 35
      return 0
    fi
    sleep 5
  done
}

serves() {
  case $(curl --user-agent '' --silent --output /dev/null --max-time 5 --write-out '%{http_code}' http://127.0.0.1/) in
    2?? | 3?? | 4??) ;;
    *) return 1 ;;
  esac
}
