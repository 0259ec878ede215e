# Functions that every role's script uses. Sourced, never run.
STEP=start

step() {
  STEP=$1
  echo "rota: $STEP"
}

die() {
  echo "rota: $*" >&2
  return 1
}

# What user_data says, and on top of it what the metadata service says of the others: what it says no more is forgotten.
load_settings() {
  unset ROTA_LOG ROTA_AUTHORITY ROTA_FRONTEND ROTA_ELASTICSEARCH ROTA_PUBLIC ROTA_ARTIFACTS ROTA_ARTIFACTS_SHA256 ROTA_READY_TIMEOUT
  set -a
  . /etc/rota/node.env
  if [ -f /etc/rota/peers.env ]; then . /etc/rota/peers.env; fi
  set +a
}

# retry SECONDS COMMAND…: again every 5 s until it succeeds or the time is over.
retry() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      die "gave up: $*"
      return 1
    fi
    sleep 5
  done
}

# A source that was given takes the place of the image's own.
use_package_sources() {
  if [ -n "$ROTA_DEBIAN_PACKAGES" ]; then
    mkdir -p /etc/apt/sources.before-rota
    find /etc/apt/sources.list /etc/apt/sources.list.d -type f -exec mv -t /etc/apt/sources.before-rota {} + 2>/dev/null || true
    echo "$ROTA_DEBIAN_PACKAGES" >/etc/apt/sources.list.d/rota.list
  fi
  if [ -n "${ROTA_ELASTIC_PACKAGES:-}" ]; then
    install_packages ca-certificates curl
    add_package_source elastic "$ROTA_ELASTIC_PACKAGES" "$ROTA_ELASTIC_PACKAGES_KEY"
  fi
}

# add_package_source NAME LINE KEY_URL
add_package_source() {
  local line=$2
  if [ -n "$3" ]; then
    fetch "$3" "/usr/share/keyrings/$1.asc"
    line="deb [signed-by=/usr/share/keyrings/$1.asc] ${line#deb }"
  fi
  echo "$line" >"/etc/apt/sources.list.d/$1.list"
}

# Packages with pinned versions (name=8.2302.*); nothing that is installed may start before it is configured. What is pinned to one version
# is held: an upgrade of Kibana alone would leave its plugin behind.
install_packages() {
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 0755 /usr/sbin/policy-rc.d
  export DEBIAN_FRONTEND=noninteractive
  retry 900 update_and_install "$@"
  rm -f /usr/sbin/policy-rc.d
  local package
  for package in "$@"; do
    case $package in elasticsearch=* | kibana=*) apt-mark hold "${package%%=*}" ;; esac
  done
}

# As one step: with the list of a mirror that was away, no number of installations helps. Errors of an update are warnings to apt unless it
# is told otherwise; what a power cut interrupted is ended first.
update_and_install() {
  dpkg --configure -a &&
    apt-get -qq -o APT::Update::Error-Mode=any -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 update &&
    apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "$@"
}

# fetch URL FILE
fetch() {
  curl --fail --silent --show-error --location --retry 5 --retry-delay 3 --retry-all-errors --connect-timeout 10 \
    --max-time 300 --output "$2" "$1"
}

# A server fails before anything is installed when nobody said where the archives are.
know_artifacts() {
  local branch=${ROTA_BRANCH:-BRANCH}
  [ -n "${ROTA_ARTIFACTS:-}" ] || die "where the archives of $branch are is not known," \
    "since the template came from a file: serve build/release of 'npm run build -- --branch $branch' on a web" \
    "server and launch from there, or give its artifacts/$branch as the parameter artifacts_url"
}

# fetch_archive NAME FOLDER: an archive of the release, checked against SHA256SUMS, and that against the parameter.
fetch_archive() {
  local sums=/var/lib/rota/SHA256SUMS archive=/var/lib/rota/$1 branch=${ROTA_BRANCH:-BRANCH}
  fetch "$ROTA_ARTIFACTS/SHA256SUMS" "$sums" || die "no archives of $branch at $ROTA_ARTIFACTS/: publish there what" \
    "'npm run build -- --branch $branch' puts into build/release, or correct branch or artifacts_url"
  if [ -n "${ROTA_ARTIFACTS_SHA256:-}" ]; then
    echo "$ROTA_ARTIFACTS_SHA256  $sums" | sha256sum --check --quiet ||
      die "SHA256SUMS is not the one that artifacts_sha256 names"
  fi
  fetch "$ROTA_ARTIFACTS/$1" "$archive"
  grep -E "^[0-9a-f]{64} [ *]$1\$" "$sums" >"$archive.sha256" || die "$1 is not in SHA256SUMS"
  (cd /var/lib/rota && sha256sum --check --quiet "$archive.sha256") || die "$1 does not match SHA256SUMS"
  case $1 in *.tar.gz)
    install -d -m 0755 "$2"
    tar --extract --gzip --no-same-owner --file "$archive" --directory "$2"
    ;;
  esac
}

# rsyslog's and nginx's configuration and Heat's own programs, which would not fit into user_data. What this server uses of it must be what its templates were
# made with: the sums are part of user_data, so that a change replaces this server, and only a change.
fetch_pipeline() {
  fetch_archive rota-pipeline.tar.gz /usr/lib/rota
  (cd /usr/lib/rota && cat /etc/rota/pipeline/*.sha256 | sha256sum --check --quiet) ||
    die "the archives at $ROTA_ARTIFACTS/ are of another version than the stack's templates: publish what 'npm run build' makes" \
      "of the same sources, or update the stack with the templates that belong to them"
  cp -rT /usr/lib/rota/rsyslog /etc/rota/rsyslog
  local name
  sed -n 's/^[0-9a-f]*  programs\///p' /etc/rota/pipeline/*.sha256 | while read -r name; do
    install -m 0644 "/usr/lib/rota/programs/$name" /usr/local/lib/rota/
  done
}

# put FILE: standard input becomes the file; true only when that changed it.
put() {
  local new=$1.new
  cat >"$new"
  chmod 0640 "$new"
  chgrp rota "$new"
  if cmp -s "$new" "$1"; then
    rm "$new"
    return 1
  fi
  mv "$new" "$1"
}

# restart_if_running UNIT…: units that are not started yet will read the new files when they are.
restart_if_running() {
  systemctl try-restart "$@"
}

# The agent that forwards this server's logs.
apply_agent() {
  put /etc/rota/agent.env <<AGENT || return 0
ROTA_HOST=$ROTA_HOST
ROTA_WORK=/var/lib/rota/agent
ROTA_SERVER=$ROTA_LOG
ROTA_SERVER_PORT=2514
ROTA_REBIND=20000
ROTA_TLS=on
ROTA_TLS_CA=/etc/rota/tls/ca.crt
ROTA_TLS_CERT=/etc/rota/tls/node.crt
ROTA_TLS_KEY=/etc/rota/tls/node.key
ROTA_TLS_PEER=log.rota
ROTA_NGINX_ACCESS=/var/log/rota/access.log
ROTA_NGINX_ACCESS_ROTATED=/var/log/rota/access.log.1
ROTA_NGINX_ERROR=/var/log/rota/error.log
ROTA_NGINX_ERROR_ROTATED=/var/log/rota/error.log.1
ROTA_GUNICORN_ACCESS=/var/log/rota/gunicorn_access.log
ROTA_GUNICORN_ACCESS_ROTATED=/var/log/rota/gunicorn_access.log.1
ROTA_GUNICORN_ERROR=/var/log/rota/gunicorn_error.log
ROTA_GUNICORN_ERROR_ROTATED=/var/log/rota/gunicorn_error.log.1
AGENT
  restart_if_running rota-agent.service
}

# The log server's own answer to a line of this server, over RELP with TLS: nothing less counts.
verify_line() {
  step 'have the log server acknowledge a line'
  retry 900 python3 /usr/local/lib/rota/prove.py
}

# Who has this address, said again: the log server's table of senders hangs on it, and a log server may be new. It goes on without, since a
# log server that is being made anew does not answer for a while.
enrol_again() {
  ROTA_PATIENCE=20 python3 /usr/local/lib/rota/enrol.py --again || true
}

# librelp gives up for good a log server whose certificate is not good yet, or any more, by this server's clock; the agent says so and sends
# nothing until it is started anew.
keep_agent() {
  local log=/var/lib/rota/agent/rsyslog.log
  grep -qs 'DISABLING action' "$log" || return 0
  echo 'rota: the agent gave up the log server; it is started anew'
  mv "$log" "$log.1"
  systemctl try-restart rota-agent.service
}

# Logs by size, too: at a thousand requests a second a day does not fit on the disk.
rotate_logs() {
  [ ! -f /usr/local/share/rota/logrotate ] || logrotate --state /var/lib/rota/logrotate.state /usr/local/share/rota/logrotate || true
}

# What a role looks after every minute; one that has nothing to look after leaves it at this.
keep_up() { :; }

load_settings
