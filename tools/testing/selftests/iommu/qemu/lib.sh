# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Helpers of the rig's shell scripts; sourced with $here set to this folder.
: "${here:?}"

# The outer make's options and the user's language are not the builds'.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL V W C O
export LC_ALL=C

# Used by the scripts that source this.
# shellcheck disable=SC2034
cache=${NESTING_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/iommu-nesting}

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# compiler_prefix ARCH: of the cross compiler, which Debian has for its own
# architecture too.
compiler_prefix()
{
	case $1 in
	arm64)	echo aarch64-linux-gnu- ;;
	x86_64)	echo x86_64-linux-gnu- ;;
	*)	die "no machine for ARCH=$1, only arm64 and x86_64" ;;
	esac
}

# Hash of standard input, short enough for a folder name.
hash_stdin() { sha256sum | cut -c1-24; }

# run_logged LABEL LOG TOTAL COMMAND...
# Runs COMMAND with its output in LOG and a progress line now and then; prints
# the end of LOG when it fails. TOTAL is the expected number of objects (0: the
# output says it).
run_logged()
{
	_what=$1 _log=$2 _total=$3
	shift 3
	python3 "$here/progress.py" --label "${RIG_STAGE:+$RIG_STAGE }$_what" \
		--log "$_log" --total "$_total" -- "$@" >&2
}

# lock FILE WHAT: only one process at a time does WHAT; the others wait for it.
# Held on descriptor 9 until unlock() or the end of the script.
lock()
{
	mkdir -p "$(dirname "$1")"
	exec 9> "$1"
	flock -n 9 && return
	say "waiting for another run that $2"
	flock 9
}
unlock() { exec 9>&-; }

# keep_newest N DIR PATTERN: removes all but the N entries of DIR used last.
keep_newest()
{
	find "$2" -mindepth 1 -maxdepth 1 -name "$3" -printf '%T@ %p\n' |
		sort -rn | tail -n "+$(($1 + 1))" | cut -d ' ' -f 2- |
		while read -r _old; do
			rm -rf "$_old"
		done
}
