#!/usr/bin/env bash
# Builds the kernel of the test/hal/kernel-gpio suites: Debian's own linux-source for user mode, with simulated GPIO chips,
# a software watchdog and an SMBus stub. About 8 minutes on two cores; kept outside the repository. As root, once:
#   apt-get install -y --no-install-recommends linux-source-6.1 gcc make xz-utils bc bison flex libelf-dev libssl-dev
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/heatmine-uml
source=/usr/src/linux-source-6.1.tar.xz
[ -f "$source" ] || { echo "$source is missing: see the head of $0" >&2; exit 1; }
stamp=$(sha256sum "$source" "$0" | sha256sum | cut -c1-16)
if [ "$(cat "$cache/stamp" 2>/dev/null)" = "$stamp" ]; then echo "$cache/linux is up to date"; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xJf "$source"
mkdir "$work/o"
cd "$work"/linux-source-6.1
make -s ARCH=um O=../o defconfig
# Without the PCI_MSI lines gpio-sim gets no interrupts, and sysfs then shows no `edge`.
for name in I2C I2C_CHARDEV EXPERT GPIOLIB GPIO_SYSFS GPIO_CDEV GPIO_SIM CONFIGFS_FS WATCHDOG SOFT_WATCHDOG HOSTFS TMPFS \
  DEVTMPFS MODULES VIRTIO_UML UML_PCI_OVER_VIRTIO PCI_MSI; do echo "CONFIG_$name=y"; done >../more
printf 'CONFIG_I2C_STUB=m\nCONFIG_UML_PCI_OVER_VIRTIO_DEVICE_ID=1234\n' >>../more
ARCH=um scripts/kconfig/merge_config.sh -m -O ../o ../o/.config ../more >/dev/null
make -s ARCH=um O=../o olddefconfig
make -s ARCH=um O=../o -j"$(nproc)" linux drivers/i2c/i2c-stub.ko

mkdir -p "$cache"
rm -f "$cache/stamp"
cp ../o/linux ../o/drivers/i2c/i2c-stub.ko "$cache/"
strip --strip-debug "$cache/linux" "$cache/i2c-stub.ko"
echo "$stamp" >"$cache/stamp"
echo "built $cache/linux"
