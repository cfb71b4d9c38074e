#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Finds or builds the emulator: build-qemu.sh TARGET KIND (aarch64, x86_64).
# Prints the path of qemu-system-TARGET on stdout, everything else on stderr.
#
#   model	with our patches, the files in model/ and the devices of
#		devices-model.mak
#   stock	without any of that, for tests that have to fail then
#   any		a QEMU of the machine's own when it is new enough, or stock
#   tree DIR	model, built anew in DIR; prints the folders of the sources and of
#		the build, and leaves them to the caller
#
# What is built is Debian's source package, for both targets at once, with the few
# devices of devices-TARGET.mak. It stays in the cache under a hash of all that went
# into it, and gets that name only when it is complete. Stock is always built, since
# Debian's own QEMU has no qtest accelerator.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"
. "$here/debian.sh"

usage='usage: build-qemu.sh TARGET model|stock|any|tree DIR'
target=${1:?$usage}
kind=${2:?$usage}
targets='aarch64 x86_64'
tree=
case " $targets " in
*" $target "*) ;;
*) die "unknown: $target (one of $targets)" ;;
esac
case $kind in
model|stock|any) ;;
tree) kind=model tree=${3:?tree needs a folder} ;;
*) die "unknown: $kind (model, stock, any, or tree DIR)" ;;
esac
name=qemu-system-$target
least=9.1		# the first with two-stage translation in the SMMUv3
store=$cache/qemu
keep=4			# finished emulators in the cache
apt=$cache/apt
options='--target-list=aarch64-softmmu,x86_64-softmmu
	--with-devices-aarch64=rig --with-devices-x86_64=rig
	--without-default-features --without-default-devices --enable-tcg
	--disable-docs --disable-install-blobs --disable-debug-info
	--enable-trace-backends=log --prefix=/usr'

at_least() { dpkg --compare-versions "$1" ge "$2"; }
qemu_version() { "$1" --version | sed -n '1s/.* version \([0-9.]*\).*/\1/p'; }

patches()
{
	[ "$kind" != model ] || "$here/patch-series.sh" list "$here/patches"
}

# Paths below model/ of the new files.
model_files()
{
	[ "$kind" = model ] || return 0
	(cd "$here/model" && find hw include -type f | LC_ALL=C sort)
}

# device_list TARGET
device_list()
{
	cat "$here/devices-$1.mak"
	[ "$kind" != model ] || cat "$here/devices-model.mak"
}

# inputs VERSION: everything that decides what comes out.
inputs()
{
	echo "$1" "$options"
	cat "$0" "$here/patch-series.sh"
	for _target in $targets; do
		device_list "$_target"
	done
	patches | xargs -r cat
	model_files
	(cd "$here/model" && model_files | xargs -r cat)
	cc --version | head -n 1
}

packaged()
{
	[ "$kind" = any ] && command -v "$name" > /dev/null || return 1
	_version=$(qemu_version "$name")
	at_least "${_version:-0}" "$least" || return 1
	say "${RIG_STAGE:+$RIG_STAGE }QEMU $_version: the machine's own"
	command -v "$name"
}

# finished VERSION: a build in the cache.
finished()
{
	_built=$store/built/$(inputs "$1" | hash_stdin)/$name
	[ -z "$tree" ] && [ -x "$_built" ] || return 1
	touch "${_built%/*}"
	_what="QEMU $(qemu_version "$_built"): $kind, built before"
	say "${RIG_STAGE:+$RIG_STAGE }$_what (source $1)"
	echo "$_built"
}

update_lists()
{
	mkdir -p "$apt"
	apt_sources > "$apt/sources.list"
	private_apt "$apt" apt-get update > "$store/apt.log" 2>&1 ||
		{ cat "$store/apt.log" >&2; die "can't read the package lists of Debian 13"; }
}

fetch_source()
{
	(cd "$1" && private_apt "$apt" apt-get --download-only source qemu) \
		> "$store/apt.log" 2>&1 ||
		{ cat "$store/apt.log" >&2; die "can't download QEMU's source"; }
	dpkg-source --no-check -x "$1"/qemu_*.dsc "$1/src" > "$store/unpack.log" 2>&1 ||
		{ tail "$store/unpack.log" >&2; die "can't unpack QEMU's source"; }
}

# provide_meson DIR: a meson that QEMU's configure accepts, unpacked in DIR when
# the machine's is older.
provide_meson()
{
	at_least "$(meson --version 2> /dev/null || echo 0)" 1.5.0 && return
	mkdir -p "$1"
	(cd "$1" && private_apt "$apt" apt-get download meson/bookworm-backports) \
		> "$store/apt.log" 2>&1 ||
		{ cat "$store/apt.log" >&2; die "can't download meson"; }
	dpkg-deb -x "$1"/meson_*.deb "$1"
	PYTHONPATH=$1/usr/lib/python3/dist-packages
	PATH=$1/usr/bin:$PATH
	export PYTHONPATH PATH
}

lay_model()
{
	model_files | while read -r _file; do
		[ ! -e "$1/src/$_file" ] || die "model/$_file exists in QEMU $version"
		mkdir -p "$(dirname "$1/src/$_file")"
		cp "$here/model/$_file" "$1/src/$_file"
	done
}

build()
{
	for _target in $targets; do
		device_list "$_target" > "$1/src/configs/devices/$_target-softmmu/rig.mak"
	done
	mkdir "$1/build"
	cd "$1/build"
	export CCACHE_DIR="$cache/ccache" CCACHE_DEPEND=1
	_short="QEMU ${version%%[+-]*}, $kind"
	_names=
	for _target in $targets; do
		_names="$_names qemu-system-$_target"
	done
	# shellcheck disable=SC2086
	run_logged "$_short configure" "$store/configure.log" 0 \
		"$1/src/configure" --python=/usr/bin/python3 \
		"--cc=${CCACHE:+$CCACHE }cc" $options
	# shellcheck disable=SC2086
	run_logged "$_short" "$store/build.log" 0 \
		ninja ${RIG_JOBS:+-j "$RIG_JOBS"} $_names
	# shellcheck disable=SC2086
	strip $_names
	cd "$here"
}

# publish WORK NAME: moving the finished folder into place is the last step and can't
# be half done.
publish()
{
	_done=$store/built/$2
	mkdir "$1/out"
	cp "$1"/build/qemu-system-*64 "$1/out/"
	rm -rf "$_done"
	mv "$1/out" "$_done"
	rm -rf "$1"
	echo "$version" > "$store/version"
	keep_newest "$keep" "$store/built" "*"
	echo "$_done/$name"
}

packaged && exit
[ "$kind" != any ] || kind=stock
mkdir -p "$store/built"
lock "$store/lock" 'builds QEMU'
[ -r "$store/version" ] && finished "$(cat "$store/version")" && exit

CCACHE=$(command -v ccache || :)
update_lists
version=$(newest_source "$apt" qemu)
[ -n "$version" ] || die "no QEMU source in Debian 13's package lists"
finished "$version" && { echo "$version" > "$store/version"; exit; }

say "${RIG_STAGE:+$RIG_STAGE }QEMU $version: Debian 13's source package"
# Taken before anything is read: files may change while it builds.
hash=$(inputs "$version" | hash_stdin)
work=${tree:-$store/work}
rm -rf "$work"
mkdir "$work"
fetch_source "$work"
lay_model "$work"
[ "$kind" = stock ] ||
	"$here/patch-series.sh" apply "$here/patches" "$work/src" "QEMU $version"
provide_meson "$work/meson"
build "$work"
if [ -n "$tree" ]; then
	echo "$work/src $work/build"
else
	publish "$work" "$hash"
fi
