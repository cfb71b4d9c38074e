#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Patches that QEMU needs.
#   patch-series.sh list DIR			their paths, in order
#   patch-series.sh apply DIR SOURCE NAME	puts them on SOURCE, called NAME
#
# A line of DIR/series is the name of a patch. Fuzz counts as a misfit: file and
# patch are named.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

what=$1 dir=$2

list()
{
	[ -r "$dir/series" ] || return 0
	while read -r _patch; do
		[ -z "$_patch" ] || echo "$dir/$_patch"
	done < "$dir/series"
}

# apply_one PATCH SOURCE NAME
apply_one()
{
	_result=$(LC_ALL=C patch -d "$2" -p1 -f --fuzz=0 --no-backup-if-mismatch \
		< "$1" 2>&1) && return
	_files=$(printf '%s\n' "$_result" |
		sed -n 's/.* saving rejects to file \(.*\)\.rej$/\1/p
			s/^|+++ b\/\([^[:blank:]]*\).*/\1/p' | sort -u | tr '\n' ' ')
	die "${1##*/} doesn't fit $3: ${_files:-$_result}"
}

case $what in
list)
	list ;;
apply)
	list | while read -r patch; do
		apply_one "$patch" "$3" "$4"
		say "$4: ${patch##*/} applied"
	done ;;
*)
	die "unknown: $what (list or apply)" ;;
esac
