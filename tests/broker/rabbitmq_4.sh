#!/bin/sh
# Installs a Debian 13 with RabbitMQ 4 into a folder of a Debian with an older
# RabbitMQ, as root. Prints the value for CARYATID_TEST_RABBITMQ. The first run
# takes about two minutes and 600 MB:
#
#   CARYATID_TEST_AMQP=amqp://127.0.0.1:1 \
#     CARYATID_TEST_RABBITMQ=$(tests/broker/rabbitmq_4.sh /var/tmp/rabbitmq-4) deno task test:rabbitmq
set -eu
root=${1:?the folder to install into}
bin=$root.bin

if [ ! -x "$root/usr/sbin/rabbitmq-server" ]; then
  command -v debootstrap >/dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y debootstrap >&2
  debootstrap --variant=minbase --include=rabbitmq-server trixie "$root" >&2
fi
cp /etc/hosts "$root/etc/hosts" # "localhost" must have an address
mkdir -p "$bin"

# Each script becomes the program itself (exec), so that signals reach the
# program. Its mounts are private, and end with it.
for program in rabbitmq-server rabbitmqctl; do
  cat >"$bin/$program" <<END
#!/bin/sh
exec unshare --mount sh -c 'mount --bind /tmp "\$0/tmp" && mount --rbind /proc "\$0/proc" &&
  exec chroot "\$0" /usr/lib/rabbitmq/bin/$program "\$@"' '$root' "\$@"
END
  chmod +x "$bin/$program"
done
echo "$bin"
