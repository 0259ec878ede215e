# nginx: the site on port 80 (pipeline's configuration), and on 8443 the door at which webapps announce themselves.
PACKAGES=(nginx=1.22.* rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-openssl=8.2302.* openssl curl logrotate)
UNITS=(rota-agent.service rota-announcements.service rota-frontend.service rota-webapps.timer)

before_certificate() { :; }

prepare() {
  systemctl disable --now nginx.service rsyslog.service 2>/dev/null || true
  install -d -o rota -g rota -m 0750 /var/lib/rota/announced/webapps /var/lib/rota/nginx/server.d /var/lib/rota/announcements
  put /etc/rota/frontend.env <<FRONTEND || true
ROTA_NGINX_RUN=/var/lib/rota/nginx
ROTA_NGINX_ACCESS_LOG=/var/log/rota/access.log
ROTA_NGINX_ERROR_LOG=/var/log/rota/error.log
ROTA_NGINX_TRUSTED=$ROTA_EDGE_CIDR
ROTA_NGINX_POOL=webapps-$ROTA_NUMBER
FRONTEND
  set -a
  . /etc/rota/nginx.defaults.env
  . /etc/rota/frontend.env
  set +a
  runuser -u rota -- python3 /usr/local/lib/rota/webapps.py --first
}

apply() { apply_agent; }

verify() {
  step 'see nginx listen'
  retry 60 curl --silent --output /dev/null --max-time 5 http://127.0.0.1/
  verify_line
}
