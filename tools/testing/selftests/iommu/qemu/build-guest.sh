#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the guest's user space:
# build-guest.sh ARCH SOURCE KERNEL OBJECTS tests|demo|shell|selftest|oracle INITRD
# SOURCE is the kernel tree that holds the tests, KERNEL the folder that
# build-kernel.sh printed. INITRD holds /init and, as asked for: the kselftests
# in /kselftest/iommu, only those with a demo, a shell around them, the rig's own
# faulty program, or the oracle's, whose sources are ours and not in SOURCE.
#
# On x86_64 there are more: a 32-bit program of one test, with "32" after its name,
# what next/Makefile builds, and in /modules the module of sva/ if KERNEL has it.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"
. "$here/debian.sh"

[ $# = 6 ] || die "usage: build-guest.sh ARCH SOURCE KERNEL OBJECTS KIND INITRD"
arch=$1 source=$2 kernel=$3 objects=$4 kind=$5 initrd=$6
tests=$source/tools/testing/selftests/iommu
cross=$(compiler_prefix "$arch")
root=$objects/root-$kind

# compile OUTPUT SOURCE... : a static program that needs nothing of the kernel.
compile()
{
	_output=$1
	shift
	"${cross}gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$_output" "$@"
}

# make_tests OUTPUT PREFIX ARGUMENT... : make in the folder of the tests.
make_tests()
{
	_output=$1 _prefix=$2
	shift 2
	mkdir -p "$_output"
	make -C "$tests" "OUTPUT=$_output" "CROSS_COMPILE=$_prefix" "ARCH=$arch" \
		"KHDR_INCLUDES=-isystem $kernel/headers/include" \
		USERLDFLAGS=-static "$@" > "$_output.log" 2>&1 && return
	tail -n 30 "$_output.log" >&2
	die "can't build the tests"
}

# install_tests OUTPUT SUFFIX: the programs in OUTPUT, with SUFFIX at their names.
install_tests()
{
	find "$1" -maxdepth 1 -type f -perm -u+x | while read -r _program; do
		cp "$_program" "$root/kselftest/iommu/${_program##*/}$2"
	done
}

# The kselftests by their own Makefile, against the kernel's own headers.
kselftests()
{
	[ -r "$tests/Makefile" ] || die "no tests in $tests"
	make_tests "$objects/kselftest" "$cross" all
	install_tests "$objects/kselftest" ''
	[ "$arch" = x86_64 ] || return 0
	if [ -e "$objects/kselftest/nesting_mock" ]; then
		make_tests "$objects/kselftest32" i686-linux-gnu- \
			"$objects/kselftest32/nesting_mock"
		install_tests "$objects/kselftest32" 32
	fi
	if [ -r "$tests/qemu/next/Makefile" ]; then
		make_tests "$objects/next" "$cross" -f qemu/next/Makefile
		install_tests "$objects/next" ''
	fi
	if [ -e "$kernel/modules/itd_sva.ko" ]; then
		mkdir "$root/modules"
		cp "$kernel/modules/itd_sva.ko" "$root/modules/"
	fi
}

# demos: of the kselftests those that show something.
demos()
{
	case $arch in
	arm64)	set -- nesting_smmuv3 nesting_stall ;;
	x86_64)	set -- nesting_vtd ;;
	esac
	for _program in "$@"; do
		make_tests "$objects/demo" "$cross" "$objects/demo/$_program"
	done
	install_tests "$objects/demo" ''
}

# Debian's static busybox for the guest's architecture, kept in the cache.
busybox()
{
	_deb=$cache/busybox/$arch
	if [ ! -x "$_deb/bin/busybox" ]; then
		rm -rf "$_deb" "$_deb.part"
		mkdir -p "$_deb.part"
		fetch_foreign "$(debian_arch "$arch")" busybox-static "$_deb.part"
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
demo)
	demos ;;
shell)
	kselftests
	busybox ;;
selftest)
	compile "$root/kselftest/iommu/faulty" "$here/selftest/faulty.c"
	cp -r "$kernel/modules" "$root/" ;;
oracle)
	make -C "$here/.." -f qemu/oracle/Makefile "KERNEL=$source" \
		"HEADERS=$kernel/headers" "OUTPUT=$root/kselftest/iommu" \
		"CROSS_COMPILE=$cross" USERLDFLAGS=-static > "$objects/oracle.log" 2>&1 ||
		{ tail -n 30 "$objects/oracle.log" >&2; die "can't build the oracle's test"; } ;;
*)
	die "unknown kind of guest: $kind" ;;
esac

(cd "$root" && find . | LC_ALL=C sort |
	cpio --quiet --reproducible -o -H newc -R 0:0) > "$initrd.part"
mv "$initrd.part" "$initrd"
say "${RIG_STAGE:+$RIG_STAGE }guest $arch: $(find "$root/kselftest" -type f | wc -l) programs"
