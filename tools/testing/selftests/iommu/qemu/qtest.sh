#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Tests the emulated VT-d unit, SMMUv3 and test device without a guest; KTAP on
# stdout.
#   qtest.sh		all tests, on our QEMU
#   qtest.sh stock	on Debian's QEMU without our patches: each test has to fail,
#			but for the controls. Builds that QEMU, some minutes
#   qtest.sh mutants [NAME...]	our QEMU broken on purpose, one part after the
#			other: some test has to fail each time. About an hour
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

what=${1:-all}
[ $# = 0 ] || shift
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH="$here"

# run KIND [OPTION]: the tests of both targets.
run()
{
	_x86=$("$here/build-qemu.sh" x86_64 "$1")
	_arm=$("$here/build-qemu.sh" aarch64 "$1")
	shift
	exec python3 -m qtest "$@" "x86_64=$_x86" "aarch64=$_arm"
}

case $what in
all)
	run model ;;
stock)
	run stock --stock ;;
mutants)
	# Broken sources are nobody else's, and don't outlive this run.
	lock "$cache/qemu/mutants.lock" 'breaks QEMU'
	tree=$cache/qemu/mutants
	trap 'rm -rf "$tree"' EXIT
	trap 'exit 1' INT TERM
	folders=$("$here/build-qemu.sh" x86_64 tree "$tree")
	export CCACHE_DIR="$cache/ccache"
	# shellcheck disable=SC2086
	python3 -m qtest.mutants $folders "$@" ;;
*)
	die "unknown: $what (stock or mutants)" ;;
esac
