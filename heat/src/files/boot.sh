#!/bin/bash
# A Rota server's first boot: packages, certificate, the role's services, the proof that logs flow, one word to Heat.
# What fails is told to Heat with its step and last lines, so that it stands in the stack's events.
set -Eeuo pipefail
exec > >(tee -a /var/log/rota-boot.log) 2>&1
. /usr/local/lib/rota/common.sh
. /usr/local/lib/rota/role.sh

failed() {
  trap - ERR TERM
  sleep 1 # the last lines are still on their way through tee
  python3 /usr/local/lib/rota/report.py FAILURE "$ROTA_HOST, $STEP: $(tail -n 4 /var/log/rota-boot.log | tr '\n' ' ')"
  exit 1
}
trap failed ERR
trap failed TERM
# Heat's own time-out would say only that nobody called.
( sleep 1500; echo 'gave up after 25 minutes'; kill -TERM $$ ) & watchdog=$!

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

kill "$watchdog" 2>/dev/null || true
step 'report'
retry 300 python3 /usr/local/lib/rota/report.py SUCCESS "$ROTA_HOST: logs flow"
