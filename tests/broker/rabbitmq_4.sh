#!/bin/sh
# Brings RabbitMQ 4 to a Debian that has an older one, out of the way: a Debian 13 in a folder of its own, as root.
# Prints what CARYATID_TEST_RABBITMQ is to be. Takes two minutes and 600 MB the first time:
#
#   CARYATID_TEST_AMQP=amqp://127.0.0.1:1 \
#     CARYATID_TEST_RABBITMQ=$(tests/broker/rabbitmq_4.sh /var/tmp/rabbitmq-4) deno task test:rabbitmq
set -eu
root=${1:?the folder to put it in}
bin=$root.bin

if [ ! -x "$root/usr/sbin/rabbitmq-server" ]; then
  command -v debootstrap >/dev/null || apt-get install -qq -y debootstrap >&2
  debootstrap --variant=minbase --include=rabbitmq-server trixie "$root" >&2
fi
cp /etc/hosts "$root/etc/hosts" # "localhost" must mean something there
mkdir -p "$bin"

# Each becomes the program itself (exec), so that signals reach it. Mounts are seen by it alone, and go with it.
for program in rabbitmq-server rabbitmqctl; do
  cat >"$bin/$program" <<END
#!/bin/sh
exec unshare --mount sh -c 'mount --bind /tmp "\$0/tmp" && mount --rbind /proc "\$0/proc" &&
  exec chroot "\$0" /usr/lib/rabbitmq/bin/$program "\$@"' '$root' "\$@"
END
  chmod +x "$bin/$program"
done
echo "$bin"
