#!/bin/bash
# A Rota server's first boot: packages, certificate, the role's services, the proof that logs flow, one word to Heat.
# What fails is told to Heat with its step and last lines, so that it stands in the stack's events. After a power cut it is started again
# (rota-boot.service), so each step may be done twice.
set -euo pipefail
LOG=/var/log/rota-boot.log
exec > >(tee -a "$LOG") 2>&1
. /usr/local/lib/rota/common.sh

report_failure() {
  python3 /usr/local/lib/rota/report.py FAILURE "$ROTA_HOST, $1: $(tail -n 4 "$LOG" | tr '\n' ' ')"
}

# By EXIT, since bash calls no ERR trap for an unbound variable or a syntax error.
ended() {
  [ "$BASHPID" = $$ ] || exit 1 # the watchdog's own shell
  trap - EXIT TERM
  [ -z "$watchdog" ] || kill "$watchdog" 2>/dev/null || true
  [ "$STEP" != finished ] || exit 0
  # Shut down in the midst of it: it goes on at the next boot.
  [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || exit 1
  sleep 1 # the last lines are still on their way through tee
  report_failure "$STEP"
  exit 1
}
watchdog=
trap ended EXIT
trap 'exit 1' TERM

# Heat's own time-out would say only that nobody called: this gives up a minute before it, which leaves half a minute for the
# machine's start. While a command runs that does not end, bash calls no trap; then the watchdog itself reports.
watch() {
  local patience
  while sleep 5; do
    patience=$(sed -n "s/^ROTA_READY_TIMEOUT='\([0-9]*\)'$/\1/p" /etc/rota/peers.env 2>/dev/null) || true
    [ "$SECONDS" -lt $((${patience:-1800} - 90)) ] || break
  done
  echo "gave up after $SECONDS seconds (ready_timeout)"
  kill -TERM $$
  sleep 5
  report_failure 'out of time'
}
watch & watchdog=$!

. /usr/local/lib/rota/role.sh

step 'look at the image'
. /etc/os-release
[ "$ID-$VERSION_ID" = debian-12 ] || die "the image is $PRETTY_NAME; Rota's pinned packages are Debian 12's"

step 'make the account rota'
id rota >/dev/null 2>&1 || useradd --system --home-dir /var/lib/rota --shell /usr/sbin/nologin rota
install -d -o rota -g rota -m 0750 /var/lib/rota /var/log/rota
install -d -m 0755 /etc/rota

step 'learn where the others are'
retry 600 python3 /usr/local/lib/rota/peers.py
load_settings
know_artifacts

step 'install packages'
use_package_sources
install_packages "${PACKAGES[@]}"

step 'fetch the pipeline'
fetch_pipeline

before_certificate

step 'get a certificate from the stack'
[ -s /etc/rota/tls/node.crt ] || retry 1200 python3 /usr/local/lib/rota/enrol.py

step 'configure'
prepare
apply

step 'start services'
systemctl daemon-reload
systemctl enable --now "${UNITS[@]}" rota-peers.timer

verify

step 'report'
retry 300 python3 /usr/local/lib/rota/report.py SUCCESS "$ROTA_HOST: logs flow"
touch /var/lib/rota/booted
STEP=finished
