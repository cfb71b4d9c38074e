#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The rig's stages in order: rig.sh demo|test|shell|selftest
# Makes what is missing or out of date, then boots the machine.
#
#   ARCH	architecture of the machine (arm64)
#   KSRC	kernel tree to use instead of the series' own
#   NESTING_CACHE	where finished emulators and kernels are kept
#   RIG_JOBS	jobs of a build, RIG_TIMEOUT seconds of a boot
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"
. "$here/debian.sh"

what=${1:?usage: rig.sh demo|test|shell|selftest}
arch=${ARCH:-arm64}
since=$(date +%s)
top=$(readlink -f "$here/../../../../..")
build=$top/build
logs=$build/rig
stages=6

[ "$arch" = arm64 ] || die "no machine for ARCH=$arch, only arm64"

stage() { RIG_STAGE="[$1/$stages]"; export RIG_STAGE; }

# Prints nothing when the packages are there already.
packages()
{
	stage 1
	if [ -x "$top/scripts/deps" ]; then
		"$top/scripts/deps" series kernel qemu
	fi
	say "$RIG_STAGE packages: there"
}

# Sets $source and $tree. In a kernel tree the sources are those around us.
sources()
{
	stage 2
	tree=
	objects=$build/$arch
	if [ -n "${KSRC:-}" ]; then
		source=$(readlink -f "$KSRC")
		objects=$objects-ksrc
	elif [ -x "$top/scripts/checkout-series" ]; then
		source=$build/kernel
		tree=$("$top/scripts/checkout-series" "$source")
	else
		source=$top
	fi
	[ -r "$source/Kbuild" ] || die "no kernel tree at $source"
	_short=$(printf '%.12s' "$tree")
	say "$RIG_STAGE source: ${_short:+tree }${_short:-$source}"
}

prepare()
{
	packages
	# Sources and objects of this checkout belong together until the guest
	# is built, results until the end of the tests.
	lock "$build/rig/lock" 'works in this checkout'
	sources
	stage 3
	qemu=$("$here/build-qemu.sh" aarch64)
	stage 4
	kernel=$("$here/build-kernel.sh" "$arch" "$source" "$objects" "$tree")
	stage 5
	initrd=$logs/initrd-$1.cpio
	"$here/build-guest.sh" "$arch" "$source" "$kernel" "$build/guest-$arch" \
		"$1" "$initrd"
	stage 6
}

run()
{
	python3 -B "$here/run.py" "$@" --arch "$arch" --qemu "$qemu" \
		--kernel "$kernel/Image" --initrd "$initrd" --logs "$logs" \
		${RIG_TIMEOUT:+--timeout "$RIG_TIMEOUT"}
}

# Everything on stdout also goes to FILE; the exit code is the command's.
tee_to()
{
	_file=$1
	shift
	mkdir -p "${_file%/*}"
	mkfifo "$logs/pipe.$$"
	tee "$_file" < "$logs/pipe.$$" &
	_code=0
	"$@" > "$logs/pipe.$$" || _code=$?
	wait
	rm -f "$logs/pipe.$$"
	return "$_code"
}

case $what in
demo)
	prepare tests
	unlock
	say "$RIG_STAGE boot"
	run demo --since "$since"
	;;
test)
	prepare tests
	say "$RIG_STAGE boot"
	tee_to "$build/results/rig.ktap" run test
	;;
shell)
	prepare shell
	unlock
	run shell
	;;
selftest)
	prepare selftest
	export here qemu kernel initrd logs
	tee_to "$build/results/rig-selftest.ktap" "$here/selftest/selftest.sh"
	;;
*)
	die "unknown: $what (demo, test, shell or selftest)" ;;
esac
