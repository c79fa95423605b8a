#!/bin/bash
# Ceph RGW, one monitor + one memstore OSD (data is in memory only) + radosgw, by hand,
# without systemd, cephx or a manager. Loopback only.
#   ceph.sh              Debian 12's 16.2.15 (Pacific), unpacked under $PEERS_HOME/ceph
#   CEPH_STS=1 ceph.sh   the same with its security token service, which changes what wrong keys are answered
#   ceph.sh stop
. "$(dirname "$0")/lib.sh"
PORT=${PORT:-9313}
H=$PEERS_HOME/ceph; PKGS="radosgw ceph-mon ceph-osd ceph-common"
export S3_ENDPOINT=http://127.0.0.1:$PORT S3_REGION=us-east-1 S3_BUCKET=uploads S3_ACCESS_KEY_ID=CEPHLOCALKEY S3_SECRET_ACCESS_KEY=ceph-local-secret
mkdir -p "$H/run"
PF=$H/run/rgw.pid
if [ "${1:-}" = stop ]; then
  stop_pidfiles "$H"/run/{rgw,osd,mon}.pid
  exit
fi
# The pair of test/stores/credentials-ceph.test.ts: it may do nothing but assume one role.
SCOPED_KEY=CEPHSCOPEDKEY SCOPED_SECRET=ceph-scoped-secret
report_all() {
  report "$PF"
  printf '%s\n' "S3_SCOPED_ACCESS_KEY_ID=$SCOPED_KEY" "S3_SCOPED_SECRET_ACCESS_KEY=$SCOPED_SECRET" "S3_ROLE_ARN=arn:aws:iam:::role/prefix" "S3_PLANNED_ROLE_ARN=arn:aws:iam:::role/planned" "RCLONE=$PEERS_HOME/rclone/root/usr/bin/rclone"
}
if alive "$PF"; then report_all; exit; fi
stop_pidfiles "$H"/run/{rgw,osd,mon}.pid
fetch_debs "$H" $PKGS
[ -z "${CEPH_STS:-}" ] || fetch_debs "$PEERS_HOME/rclone" rclone
R=$H/root; D=$H/d; OUT=$D
export LD_LIBRARY_PATH=$R/usr/lib/x86_64-linux-gnu:$R/lib/x86_64-linux-gnu:$R/usr/lib/x86_64-linux-gnu/ceph:$R/usr/lib/ceph PYTHONPATH=$R/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 PATH=$R/usr/bin:$PATH
CEPH=(/usr/bin/python3 "$R/usr/bin/ceph")
# the store is memory: every start is a fresh cluster
rm -rf "$OUT"; mkdir -p "$OUT"/{mon,osd,run,log,rgw}
FSID=11111111-2222-4333-8444-555555555555; MON=$((PORT+100))
cat >"$OUT/ceph.conf" <<X
[global]
fsid = $FSID
mon host = v1:127.0.0.1:$MON
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
auth supported = none
run dir = $D/run
admin socket = $D/run/\$cluster-\$name.asok
log file = $D/log/\$name.log
log to stderr = false
err to stderr = true
erasure code dir = $R/usr/lib/x86_64-linux-gnu/ceph/erasure-code
plugin dir = $R/usr/lib/x86_64-linux-gnu/ceph
osd class dir = $R/usr/lib/x86_64-linux-gnu/rados-classes
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
mon max pg per osd = 2000
paxos propose interval = 0.05
paxos min wait = 0.01
osd heartbeat interval = 1
mon allow pool size one = true
mon allow pool delete = true
mon warn on pool no redundancy = false
osd class load list = *
osd class default list = *
rgw max put size = 5368709120
[mon.a]
mon data = $D/mon
mon addr = v1:127.0.0.1:$MON
[osd.0]
osd data = $D/osd
[client.rgw]
rgw data = $D/rgw
rgw frontends = beast endpoint=127.0.0.1:$PORT
rgw dns name = ${RGW_DNS_NAME:-s3.localhost}
rgw relaxed s3 bucket names = false
rgw enable usage log = false
rgw thread pool size = 32
${CEPH_STS:+rgw sts key = abcdefghijklmnop
rgw s3 auth use sts = true
rgw sts min session duration = 1}
X
c=(-c "$D/ceph.conf")
monmaptool --create --clobber --fsid $FSID --addv a "[v1:127.0.0.1:$MON]" "$D/monmap" >>"$OUT/log/setup.log" 2>&1
ceph-mon "${c[@]}" --mkfs -i a --monmap "$D/monmap" >>"$OUT/log/setup.log" 2>&1
spawn "$H/run/mon.pid" "$OUT/log/mon.out" ceph-mon "${c[@]}" -i a -f
# A monitor that has just begun may turn one command away: each is tried again.
cephc() {
  for _ in 1 2 3 4 5; do
    timeout 30 "${CEPH[@]}" "${c[@]}" "$@" >>"$OUT/log/setup.log" 2>&1 && return 0
    sleep 1
  done
  echo "ceph $* failed: $(tail -1 "$OUT/log/setup.log")" >&2
  return 1
}
cephc mon stat
U=$(cat /proc/sys/kernel/random/uuid); cephc osd new "$U" 0
ceph-osd "${c[@]}" -i 0 --mkfs --osd-uuid "$U" --no-mon-config >>"$OUT/log/setup.log" 2>&1
cephc osd crush add osd.0 1.0 root=default host=localhost
spawn "$H/run/osd.pid" "$OUT/log/osd.out" ceph-osd "${c[@]}" -i 0 -f
timeout 60 radosgw-admin "${c[@]}" -n client.rgw user create --uid=local --display-name=local --access-key="$S3_ACCESS_KEY_ID" --secret-key="$S3_SECRET_ACCESS_KEY" >>"$OUT/log/setup.log" 2>&1
admin() { timeout 60 radosgw-admin "${c[@]}" -n client.rgw "$@" >>"$OUT/log/setup.log" 2>&1; }
admin user create --uid=edge-presigner-media-scoped --display-name=scoped --access-key="$SCOPED_KEY" --secret-key="$SCOPED_SECRET"
# The users of test/stores/quarantine-ceph.test.ts, under the names that setup gives them.
admin user create --uid=edge-presigner-local-writer --display-name=writer --access-key=CEPHWRITERKEY --secret-key=ceph-writer-secret
admin user create --uid=edge-presigner-local-reader --display-name=reader --access-key=CEPHREADERKEY --secret-key=ceph-reader-secret
admin role create --role-name=prefix --assume-role-policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/edge-presigner-media-scoped"]},"Action":["sts:AssumeRole"]}]}'
admin role-policy put --role-name=prefix --policy-name=bucket --policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::'$S3_BUCKET'","arn:aws:s3:::'$S3_BUCKET'/*"]}]}'
# The role that `setup` prints for the policy of doctor's test.
planned() { node "$PEERS_DIR/scoped-role.ts" "$1"; }
if [ -n "${CEPH_STS:-}" ]; then
  admin role create --role-name=planned --assume-role-policy-doc="$(planned trust)"
  admin role-policy put --role-name=planned --policy-name=edge-presigner --policy-doc="$(planned permissions)"
fi
spawn "$PF" "$OUT/log/rgw.out" radosgw "${c[@]}" -n client.rgw -f
node "$PEERS_DIR/make-bucket.ts"
report_all
