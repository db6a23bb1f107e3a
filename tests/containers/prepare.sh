#!/bin/sh
# Installs what the tests of containers need, as root on Debian: the daemon of
# Docker and its network from apt, a Debian 13 with RabbitMQ 4 for the images
# (the folder of tests/broker/rabbitmq_4.sh), and the commands `docker`,
# `docker buildx` and `docker compose` of Debian 13. Prints the folder of the
# commands. The first run takes about three minutes and 500 MB.
set -eu
here=$(dirname "$0")
root=/var/tmp/caryatid-rabbitmq-4
tools=/var/tmp/caryatid-docker

[ "$(id -u)" = 0 ] || { echo "Cannot start dockerd: expected root" >&2; exit 1; }

packages=
for need in dockerd:docker.io slirp4netns:slirp4netns iptables:iptables \
  debootstrap:debootstrap curl:curl; do
  command -v "${need%:*}" >/dev/null || packages="$packages ${need#*:}"
done
if [ -n "$packages" ]; then
  apt-get update -qq
  # shellcheck disable=SC2086 -- one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends $packages >/dev/null
fi

"$here/../broker/rabbitmq_4.sh" "$root" >/dev/null

if [ ! -x "$tools/usr/libexec/docker/cli-plugins/docker-compose" ]; then
  debs=$root/var/cache/caryatid
  mkdir -p "$debs" "$tools"
  chroot "$root" sh -c 'apt-get update -qq && cd /var/cache/caryatid &&
    apt-get download -qq docker-cli docker-buildx docker-compose'
  for deb in "$debs"/*.deb; do dpkg-deb --extract "$deb" "$tools"; done
  rm -r "$debs"
fi
echo "$tools"
