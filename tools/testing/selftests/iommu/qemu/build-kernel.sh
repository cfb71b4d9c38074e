#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the guest's kernel: build-kernel.sh ARCH VARIANT SOURCE OBJECTS [TREE]
# SOURCE is the kernel tree, OBJECTS the folder of its objects, TREE an id of
# SOURCE's contents. Prints the folder that holds Image, config, headers/ and
# modules/ on stdout, everything else on stderr.
#
# VARIANT is one of
#   debug	every debugging aid of the architecture
#   plain	none, to show something, and to count instructions
#   next	plain with next/next.patch: the interface as a later version of
#		the kernel might have it
#   oracle	a later kernel, with upstream's own nesting instead of the series
#   gcov	plain with coverage counters in the files of the series
#
# With TREE the result is kept in the cache under a hash of all that went into it
# and used again by every checkout; without it make decides what is to be done.
# RIG_FRAGMENTS replaces debug's list of configuration fragments.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

arch=${1:?usage: build-kernel.sh ARCH VARIANT SOURCE OBJECTS [TREE]}
variant=$2
source=$3
objects=$4
tree=${5:-}
store=$cache/kernel
module=			# folder of one that isn't the series'
keep=3			# finished kernels of a variant in the cache
patch=

case $arch-$variant in
arm64-debug)
	fragments="common arm64 debug faults kunit nesting nesting-kunit"
	fragments="$fragments nesting-arm64 nesting-arm64-kunit" ;;
arm64-plain)
	fragments="common arm64 nesting nesting-arm64" ;;
x86_64-debug)
	fragments="common x86_64 vtd debug sanitizers faults kunit nesting"
	fragments="$fragments nesting-kunit nesting-vtd nesting-vtd-kunit"
	fragments="$fragments nesting-mock" ;;
x86_64-gcov)
	fragments="common x86_64 gcov kunit nesting nesting-kunit nesting-mock" ;;
x86_64-oracle)
	fragments="oracle x86_64 vtd" ;;
x86_64-plain)
	fragments="common x86_64 vtd nesting nesting-vtd nesting-mock"
	module=$here/sva ;;
x86_64-next)
	fragments="common x86_64 vtd nesting nesting-vtd nesting-mock"
	patch=$here/next/next.patch ;;
*)
	die "no kernel '$variant' for ARCH=$arch" ;;
esac
[ "$variant" != debug ] || fragments=${RIG_FRAGMENTS:-$fragments}

compiler=$(compiler_prefix "$arch")gcc
case $arch in
arm64)	image=arch/arm64/boot/Image ;;
x86_64)	image=arch/x86/boot/bzImage ;;
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
		cat "$@" "$0" "$here/kbuild.sh" "$here/cached-cc.sh" \
			${patch:+"$patch"} ${module:+"$module"/*}
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
		cat "$store/objects-$arch-$variant" 2> /dev/null || echo 1200
	fi
}

build()
{
	_full=$(expected_objects)
	run_logged "kernel $(kbuild -s kernelversion) $arch $variant" \
		"$objects/build.log" "$_full" \
		"$here/kbuild.sh" "$arch" "$source" "$objects" "${image##*/}" modules
	[ "$_full" != 0 ] || return 0
	_full=$(grep -cE '^ +(HOST)?(CC|AS|LD|AR) ' "$objects/build.log") || :
	[ "$_full" = 0 ] || echo "$_full" > "$store/objects-$arch-$variant"
}

# In the folder of the objects, where collect() finds it.
build_module()
{
	[ -n "$module" ] || return 0
	rm -rf "${objects:?}/${module##*/}"
	cp -r "$module" "$objects/${module##*/}"
	run_logged "module of ${module##*/}/" "$objects/module.log" 0 \
		"$here/kbuild.sh" "$arch" "$source" "$objects" \
		"M=$objects/${module##*/}" modules
}

# collect DIR: what a run needs.
collect()
{
	rm -rf "$1"
	mkdir -p "$1/modules"
	cp "$objects/$image" "$1/Image"
	cp "$objects/.config" "$1/config"
	find "$objects" -name '*.ko' -exec cp {} "$1/modules/" \;
	mkdir "$1/gcov"
	(cd "$objects" && find drivers/iommu drivers/vfio -name '*.gcno' |
		cpio --quiet -pd "$1/gcov")
	kbuild -s headers_install "INSTALL_HDR_PATH=$1/headers" >&2
}

# The checkout that is built from is ours; what a crash leaves behind in it, the
# next checkout-series puts right.
apply_patch()
{
	[ -n "$patch" ] || return 0
	patch -d "$source" -p1 -f -s --fuzz=0 --no-backup-if-mismatch < "$patch" >&2 ||
		die "${patch##*/} doesn't fit the series"
	trap 'patch -d "$source" -p1 -f -s -R < "$patch" >&2' EXIT
}

# finished DIR: a result in the cache.
finished()
{
	[ -n "$tree" ] && [ -e "$1/Image" ] || return 1
	touch "$1"
	_short=$(printf '%.12s' "$tree")
	say "${RIG_STAGE:+$RIG_STAGE }kernel $arch $variant: built before (tree $_short)"
	echo "$1"
}

files=$(fragment_files)
mkdir -p "$store" "$objects"
# The names come from configs/ and hold no blanks.
# shellcheck disable=SC2086
done=$store/$arch-$variant-$(key $files)
finished "$done" && exit

apply_patch
# shellcheck disable=SC2086
configure $files
build
build_module
if [ -n "$tree" ]; then
	collect "$done.part"
	rm -rf "$done"
	mv "$done.part" "$done"
	keep_newest "$keep" "$store" "$arch-$variant-*"
else
	done=$objects/rig
	collect "$done"
fi
echo "$done"
