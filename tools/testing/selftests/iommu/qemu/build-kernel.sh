#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the guest's kernel: build-kernel.sh ARCH SOURCE OBJECTS [TREE]
# SOURCE is the kernel tree, OBJECTS the folder of its objects, TREE an id of
# SOURCE's contents. Prints the folder that holds Image, config, headers/ and
# modules/ on stdout, everything else on stderr.
#
# With TREE the result is kept in the cache under a hash of all that went into it
# and used again by every checkout; without it make decides what is to be done.
# RIG_FRAGMENTS replaces the list of configuration fragments.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

arch=${1:?usage: build-kernel.sh ARCH SOURCE OBJECTS [TREE]}
source=$2
objects=$3
tree=${4:-}
fragments=${RIG_FRAGMENTS:-common $arch debug nesting nesting-$arch}
store=$cache/kernel
keep=6			# finished kernels in the cache

case $arch in
arm64)
	compiler=aarch64-linux-gnu-gcc
	image=arch/arm64/boot/Image
	;;
*)
	die "no machine for ARCH=$arch, only arm64" ;;
esac

kbuild() { "$here/kbuild.sh" "$arch" "$source" "$objects" "$@"; }

fragment_files()
{
	for _name in $fragments; do
		_file=$here/configs/$_name.config
		[ -r "$_file" ] || die "no fragment configs/$_name.config"
		echo "$_file"
	done
}

key()
{
	{
		echo "$tree" "$arch"
		"$compiler" --version
		cat "$@" "$0" "$here/kbuild.sh"
	} | hash_stdin
}

# configure FRAGMENT... : allnoconfig plus the fragments.
configure()
{
	(cd "$source" && ARCH=$arch CROSS_COMPILE=${compiler%gcc} \
		scripts/kconfig/merge_config.sh -n -O "$objects" "$@") \
		> "$objects/config.log" 2>&1 ||
		{ tail -n 20 "$objects/config.log" >&2; die "can't configure the kernel"; }
	"$here/check-config.sh" "$objects/.config" "$@"
}

# expected_objects: how many a full build has; 0 when some are there already.
expected_objects()
{
	if [ -e "$objects/vmlinux" ]; then
		echo 0
	else
		cat "$store/objects-$arch" 2> /dev/null || echo 1150
	fi
}

build()
{
	_full=$(expected_objects)
	run_logged "kernel $(kbuild -s kernelversion)" \
		"$objects/build.log" "$_full" \
		"$here/kbuild.sh" "$arch" "$source" "$objects" Image modules
	[ "$_full" != 0 ] || return 0
	_full=$(grep -cE '^ +(HOST)?(CC|AS|LD|AR) ' "$objects/build.log") || :
	[ "$_full" = 0 ] || echo "$_full" > "$store/objects-$arch"
}

# collect DIR: what a run needs.
collect()
{
	rm -rf "$1"
	mkdir -p "$1/modules"
	cp "$objects/$image" "$1/Image"
	cp "$objects/.config" "$1/config"
	find "$objects/samples" "$objects/drivers/misc" -name '*.ko' \
		-exec cp {} "$1/modules/" \;
	kbuild -s headers_install "INSTALL_HDR_PATH=$1/headers" >&2
}

# finished DIR: a result in the cache.
finished()
{
	[ -n "$tree" ] && [ -e "$1/Image" ] || return 1
	touch "$1"
	say "${RIG_STAGE:+$RIG_STAGE }kernel: built before (tree $(printf '%.12s' "$tree"))"
	echo "$1"
}

files=$(fragment_files)
mkdir -p "$store" "$objects"
# The names come from configs/ and hold no blanks.
# shellcheck disable=SC2086
done=$store/$arch-$(key $files)
finished "$done" && exit

# shellcheck disable=SC2086
configure $files
build
if [ -n "$tree" ]; then
	collect "$done.part"
	rm -rf "$done"
	mv "$done.part" "$done"
	keep_newest "$keep" "$store" "$arch-*"
else
	done=$objects/rig
	collect "$done"
fi
echo "$done"
