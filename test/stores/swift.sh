#!/bin/bash
# OpenStack Swift with the s3api middleware and tempauth: one node, one replica, a plain
# directory with user xattrs. Loopback only.
#   swift.sh            Debian 12's 2.30.1, unpacked under $PEERS_HOME/swift
#   swift.sh stop   ends the five daemons by pid
. "$(dirname "$0")/lib.sh"
H=$PEERS_HOME/swift; PKGS="swift-proxy swift-account swift-container swift-object memcached"
PORT=${PORT:-9312}
export S3_ENDPOINT=http://127.0.0.1:$PORT S3_REGION=us-east-1 S3_BUCKET=uploads S3_ACCESS_KEY_ID=test:tester S3_SECRET_ACCESS_KEY=testing-secret
PF=$H/run/proxy.pid
if [ "${1:-}" = stop ]; then stop_pidfiles "$H"/run/{proxy,object,container,account,memcached}.pid; exit; fi
if alive "$PF"; then report "$PF"; exit; fi
mkdir -p "$H"/{run,log}
# shellcheck disable=SC2086
fetch_debs "$H" $PKGS
R=$H/root; D=$H/srv; OUT=$D
export PYTHONPATH=$R/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$R/usr/lib/x86_64-linux-gnu PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
py() { /usr/bin/python3 "$@"; }
mkdir -p "$OUT"/{conf,data/d1}
C=$OUT/conf
if [ ! -e "$C/.ok" ]; then
  printf '[swift-hash]\nswift_hash_path_suffix = s\nswift_hash_path_prefix = p\n[storage-policy:0]\nname = one\ndefault = yes\n' >"$C/swift.conf"
  i=0
  for s in account container object; do
    i=$((i+1)); p=$((PORT+10+i))
    cat >"$C/$s-server.conf" <<X
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $p
user = $(id -un)
swift_dir = $D/conf
devices = $D/data
mount_check = false
workers = 0
log_level = ERROR
disable_fallocate = true
[pipeline:main]
pipeline = $s-server
[app:$s-server]
use = egg:swift#$s
X
    (rb() { py "$R/usr/bin/swift-ring-builder" "$D/conf/$s.builder" "$@"; }; rb create 4 1 1 && rb add "r1z1-127.0.0.1:$p/d1" 1 && rb rebalance) >>"$H/log/rings.log"
  done
  cat >"$C/proxy-server.conf" <<X
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $PORT
user = $(id -un)
swift_dir = $D/conf
workers = 0
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((PORT+20))
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
cors_preflight_allow_origin = *
storage_domain = s3.localhost
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = $S3_SECRET_ACCESS_KEY .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
X
  touch "$C/.ok"
fi
# Swift's place for swift.conf is a constant in its code: a launcher points it at ours
LAUNCH='import sys, runpy, swift.common.utils as u
u.SWIFT_CONF_FILE = sys.argv[1]; del sys.argv[:2]; runpy.run_path(sys.argv[0], run_name="__main__")'
alive "$H/run/memcached.pid" || spawn "$H/run/memcached.pid" "$H/log/memcached.log" "$R/usr/bin/memcached" -l 127.0.0.1 -p $((PORT+20)) -U 0 -m 16 -u "$(id -un)"
for s in account container object proxy; do
  run=(/usr/bin/python3 -c "$LAUNCH" "$D/conf/swift.conf" "$R/usr/bin/swift-$s-server")
  alive "$H/run/$s.pid" || spawn "$H/run/$s.pid" "$H/log/$s.log" "${run[@]}" "$D/conf/$s-server.conf"
done
node "$PEERS_DIR/make-bucket.ts"
report "$PF"
