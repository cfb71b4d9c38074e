#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Patches that QEMU needs for a target.
#   patch-series.sh list DIR TARGET		their paths, in order
#   patch-series.sh apply DIR TARGET SOURCE NAME	puts them on SOURCE, called NAME
#
# A line of DIR/series is the name of a patch, and the targets that need it when
# it isn't for all. Fuzz counts as a misfit: file and patch are named.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

what=$1 dir=$2 target=$3

list()
{
	[ -r "$dir/series" ] || return 0
	while read -r _patch _targets; do
		case " ${_targets:-$target} " in
		"  ") ;;
		*" $target "*) echo "$dir/$_patch" ;;
		esac
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
		apply_one "$patch" "$4" "$5"
		say "$5: ${patch##*/} applied"
	done ;;
*)
	die "unknown: $what (list or apply)" ;;
esac
