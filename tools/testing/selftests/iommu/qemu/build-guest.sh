#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the guest's user space:
# build-guest.sh ARCH SOURCE KERNEL OBJECTS tests|shell|selftest INITRD
# SOURCE is the kernel tree that holds the tests, KERNEL the folder that
# build-kernel.sh printed. INITRD holds /init and, as asked for: the kselftests
# in /kselftest/iommu, a shell around them, or the rig's own faulty program.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"
. "$here/debian.sh"

[ $# = 6 ] || die "usage: build-guest.sh ARCH SOURCE KERNEL OBJECTS KIND INITRD"
arch=$1 source=$2 kernel=$3 objects=$4 kind=$5 initrd=$6

case $arch in
arm64)	cross=aarch64-linux-gnu- ;;
*)	die "no machine for ARCH=$arch, only arm64" ;;
esac
root=$objects/root-$kind

# compile OUTPUT SOURCE... : a static program that needs nothing of the kernel.
compile()
{
	_output=$1
	shift
	"${cross}gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$_output" "$@"
}

# The kselftests by their own Makefile, against the kernel's own headers.
kselftests()
{
	_dir=$source/tools/testing/selftests/iommu
	[ -r "$_dir/Makefile" ] || die "no tests in $_dir"
	mkdir -p "$objects/kselftest"
	if ! make -C "$_dir" "OUTPUT=$objects/kselftest" "CROSS_COMPILE=$cross" \
		"ARCH=$arch" "KHDR_INCLUDES=-isystem $kernel/headers/include" \
		USERLDFLAGS=-static > "$objects/kselftest.log" 2>&1; then
		tail -n 30 "$objects/kselftest.log" >&2
		die "can't build the tests"
	fi
	find "$objects/kselftest" -maxdepth 1 -type f -perm -u+x \
		-exec cp {} "$root/kselftest/iommu/" \;
}

# Debian's static busybox for the guest's architecture, kept in the cache.
busybox()
{
	_deb=$cache/busybox/$arch
	if [ ! -x "$_deb/bin/busybox" ]; then
		rm -rf "$_deb" "$_deb.part"
		mkdir -p "$_deb.part"
		fetch_foreign "$arch" busybox-static "$_deb.part"
		mv "$_deb.part" "$_deb"
	fi
	cp "$_deb/bin/busybox" "$root/bin/busybox"
}

rm -rf "$root"
mkdir -p "$root/kselftest/iommu" "$root/bin" "$root/dev" "$root/proc" \
	"$root/sys" "$root/tmp"
compile "$root/init" "$here"/guest/*.c
case $kind in
tests)
	kselftests ;;
shell)
	kselftests
	busybox ;;
selftest)
	compile "$root/kselftest/iommu/faulty" "$here/selftest/faulty.c"
	cp -r "$kernel/modules" "$root/" ;;
*)
	die "unknown kind of guest: $kind" ;;
esac

(cd "$root" && find . | LC_ALL=C sort |
	cpio --quiet --reproducible -o -H newc -R 0:0) > "$initrd.part"
mv "$initrd.part" "$initrd"
say "${RIG_STAGE:+$RIG_STAGE }guest: $(find "$root/kselftest" -type f | wc -l) programs"
