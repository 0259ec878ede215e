# One Elasticsearch node. The first one starts the cluster and makes its roles and users.
PACKAGES=(elasticsearch=8.12.2 rsyslog=8.2302.* rsyslog-relp=8.2302.* rsyslog-openssl=8.2302.* openssl curl python3 xfsprogs)
UNITS=(rota-agent.service elasticsearch.service)

before_certificate() { :; }

prepare() {
  systemctl disable --now rsyslog.service 2>/dev/null || true
  [ -z "$ROTA_VOLUME_ID" ] || { step 'mount the volume'; mount_volume; }
  local config=/etc/elasticsearch
  # Machine learning asks for a licence and for memory of its own; Rota uses neither.
  install -d -o root -g elasticsearch -m 0750 $config/tls
  install -o root -g elasticsearch -m 0640 /etc/rota/tls/* $config/tls/
  cat >$config/elasticsearch.yml <<CONFIG
cluster.name: rota
node.name: $ROTA_HOST
path.data: /var/lib/elasticsearch
path.logs: /var/log/elasticsearch
network.host: [_local_, _site_]
discovery.seed_providers: file
xpack.security.enabled: true
xpack.security.enrollment.enabled: false
xpack.ml.enabled: false
xpack.security.http.ssl: {enabled: true, key: tls/node.key, certificate: tls/node.crt, certificate_authorities: tls/ca.crt}
xpack.security.transport.ssl: {enabled: true, verification_mode: full, key: tls/node.key, certificate: tls/node.crt, certificate_authorities: tls/ca.crt}
CONFIG
  # Only a first start of the first node makes a cluster; with data on its volume it joins the one it knows.
  if [ "$ROTA_HOST" = elasticsearch-1 ] && [ ! -d /var/lib/elasticsearch/_state ]; then
    echo 'cluster.initial_master_nodes: [elasticsearch-1]' >>$config/elasticsearch.yml
  fi
  rm -f $config/elasticsearch.keystore
  /usr/share/elasticsearch/bin/elasticsearch-keystore create
  printf '%s' "$ROTA_ELASTIC_PASSWORD" | /usr/share/elasticsearch/bin/elasticsearch-keystore add --stdin bootstrap.password
  chown root:elasticsearch $config/elasticsearch.keystore
  chmod 0660 $config/elasticsearch.keystore
}

# The volume that Heat attaches after the server's creation; an empty one gets a file system.
mount_volume() {
  local device
  retry 600 volume_device
  device=$(volume_device)
  blkid "$device" >/dev/null || mkfs.xfs -q "$device"
  grep -q ' /var/lib/elasticsearch ' /etc/fstab ||
    echo "UUID=$(blkid -s UUID -o value "$device") /var/lib/elasticsearch xfs noatime,nofail 0 2" >>/etc/fstab
  mountpoint -q /var/lib/elasticsearch || mount /var/lib/elasticsearch
  chown elasticsearch:elasticsearch /var/lib/elasticsearch
}

# A volume that was made larger under the running node: its file system follows. Says something only when it did.
keep_up() {
  [ -n "$ROTA_VOLUME_ID" ] && mountpoint -q /var/lib/elasticsearch || return 0
  xfs_growfs -d /var/lib/elasticsearch 2>&1 | grep -E '^(data blocks changed|xfs_growfs:)' || true
}

# By the serial number that Nova gives it: the id (scsi), or what fits of it (virtio).
volume_device() {
  find /dev/disk/by-id -name "*${ROTA_VOLUME_ID:0:20}*" ! -name '*-part*' | grep -m 1 .
}

# Elasticsearch reads its seed list anew by itself: a node more or less needs no restart. A node whose metadata names no
# nodes (rackspace.yaml) is the only one.
apply() {
  apply_agent
  printf '%s\n' ${ROTA_ELASTICSEARCH:-127.0.0.1} >/etc/elasticsearch/unicast_hosts.txt.new
  mv /etc/elasticsearch/unicast_hosts.txt.new /etc/elasticsearch/unicast_hosts.txt
}

verify() {
  step 'wait for the cluster'
  retry 600 as_elastic '_cluster/health?wait_for_status=yellow&timeout=10s'
  # The cluster is made: this line would make another one, should the node ever start without its data.
  sed -i '/^cluster.initial_master_nodes/d' /etc/elasticsearch/elasticsearch.yml
  if [ "$ROTA_HOST" = elasticsearch-1 ]; then
    step 'make roles and users'
    make_users
  fi
  verify_line
}

# as_elastic PATH [CURL OPTIONS…]: the password goes by standard input, not by the command line.
as_elastic() {
  local path=$1
  shift
  printf 'user = "elastic:%s"\n' "$ROTA_ELASTIC_PASSWORD" |
    curl --config - --fail --silent --show-error --max-time 30 --cacert /etc/rota/tls/ca.crt --output /dev/null \
      -H 'Content-Type: application/json' "$@" "https://$ROTA_HOST.rota:9200/$path" --resolve "$ROTA_HOST.rota:9200:127.0.0.1"
}

send() {
  cat >/var/lib/rota/body.json
  retry 300 as_elastic "$2" -X "$1" --data @/var/lib/rota/body.json
  rm /var/lib/rota/body.json
}

make_users() {
  umask 0077
  send PUT _security/role/rota_log <<BODY
{"cluster": ["monitor", "manage_index_templates", "manage_ilm", "manage_own_api_key"],
 "indices": [{"names": ["logs-*-$ROTA_NAMESPACE"],
   "privileges": ["manage", "create_doc", "create_index", "read", "delete", "maintenance", "view_index_metadata"]}]}
BODY
  send PUT _security/role/rota_operator <<BODY
{"cluster": ["monitor"], "indices": [{"names": ["logs-*-$ROTA_NAMESPACE"], "privileges": ["read", "view_index_metadata"]}]}
BODY
  send PUT _security/user/rota_log <<BODY
{"password": "$ROTA_LOG_PASSWORD", "roles": ["rota_log"], "full_name": "Rota's log servers"}
BODY
  send PUT _security/user/rota <<BODY
{"password": "$ROTA_OPERATOR_PASSWORD", "roles": ["rota_operator", "kibana_admin"], "full_name": "Rota's operator"}
BODY
  send POST _security/user/kibana_system/_password <<BODY
{"password": "$ROTA_KIBANA_PASSWORD"}
BODY
}
