#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The source of the oracle's kernel: fetch-kernel.sh
# Prints "VERSION FOLDER" on stdout, everything else on stderr.
#
# Debian's own kernels leave iommufd out, so one is built from the newest kernel
# source package of Debian 13's backports; the version is what the archive has.
# ORACLE_KERNEL names another package. Without the archive the unpacked source that
# is in the cache is used, and said so.
set -eu
here=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck source=tools/testing/selftests/iommu/qemu/lib.sh
. "$here/lib.sh"
# shellcheck source=tools/testing/selftests/iommu/qemu/debian.sh
. "$here/debian.sh"

store=$cache/oracle
apt=$cache/apt-oracle

update_lists()
{
	_main=$(debian_mirror)
	[ -n "$_main" ] || die 'no Debian mirror among the apt sources of this machine'
	mkdir -p "$apt"
	for _suite in trixie-backports trixie bookworm-backports; do
		printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$_main" "$_suite"
	done > "$apt/sources.list"
	private_apt "$apt" apt-get update > "$store/apt.log" 2>&1
}

packages()
{
	private_apt "$apt" apt-cache search --names-only '^linux-source-[0-9.]+$' |
		cut -d ' ' -f 1
}

# newest PACKAGE... : "PACKAGE VERSION" of the newest in the archive.
newest()
{
	private_apt "$apt" apt-cache madison "$@" |
		awk '{ print $1, $3 }' | sort -V -k 2,2 | tail -n 1
}

unpack()
{
	_part=$store/part
	rm -rf "$_part"
	mkdir -p "$_part/src"
	(cd "$_part" && private_apt "$apt" apt-get download "$1=$2") \
		> "$store/apt.log" 2>&1 ||
		{ cat "$store/apt.log" >&2; die "can't download $1 $2"; }
	say "${RIG_STAGE:+$RIG_STAGE }unpacking $1 $2"
	dpkg-deb --fsys-tarfile "$_part/$1"_*.deb |
		tar -xO "./usr/src/$1.tar.xz" |
		tar -xJ -C "$_part/src" --strip-components=1
	[ -r "$_part/src/Kbuild" ] || die "$1 $2 holds no kernel"
	rm -f "$_part"/*.deb
	mv "$_part/src" "$store/$2"
	rm -rf "$_part"
}

newest_cached()
{
	find "$store" -mindepth 1 -maxdepth 1 -type d ! -name part -printf '%f\n' |
		sort -V | tail -n 1
}

mkdir -p "$store"
lock "$store/lock" "fetches the oracle's kernel"
version=
if update_lists; then
	# shellcheck disable=SC2046,SC2086 # a list of words
	wanted=$(newest ${ORACLE_KERNEL:-$(packages)})
	[ -n "$wanted" ] || die "no package ${ORACLE_KERNEL:-linux-source-*} in the archive"
	version=${wanted#* }
	[ -d "$store/$version" ] || unpack "${wanted% *}" "$version"
else
	version=$(newest_cached)
	[ -n "$version" ] ||
		{ cat "$store/apt.log" >&2; die "can't read the package lists"; }
	say "can't read the package lists: using $version from the cache"
fi
touch "$store/$version"
keep_newest 1 "$store" '[0-9]*'
say "${RIG_STAGE:+$RIG_STAGE }oracle's kernel: $version"
echo "$version $store/$version"
