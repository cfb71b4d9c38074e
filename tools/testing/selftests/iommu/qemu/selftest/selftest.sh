#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Proves that the rig notices what goes wrong. TAP on stdout. rig.sh sets $here,
# $qemu, $kernel, $initrd and $logs.
set -eu
: "${here:?}" "${qemu:?}" "${kernel:?}" "${initrd:?}" "${logs:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# check NAME COMMAND... : one result.
check()
{
	_name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count $_name"
	else
		echo "not ok $count $_name"
		sed 's/^/# /' "$work/out"
		failed=$((failed + 1))
	fi
}

# boot TIMEOUT OPTION... : report in $work/out, exit code in $code.
boot()
{
	_timeout=$1
	shift
	code=0
	python3 -B "$here/run.py" one --qemu "$qemu" --kernel "$kernel/Image" \
		--initrd "$initrd" --logs "$logs/selftest" --timeout "$_timeout" \
		"$@" > "$work/out" 2>&1 || code=$?
}

has() { grep -qE "$1" "$work/out"; }
failed_boot() { [ "$code" = 1 ]; }

# refused COMMAND... : its output in $work/out; true when it fails.
refused() { ! "$@" > "$work/out" 2>&1; }

test_good()
{
	boot 120 --run faulty,good --kunit
	check 'a good run is ok' [ "$code" = 0 ]
	check 'its results arrive' has '^ +ok 1 one$'
	check 'its skip stays a skip' has '^ +ok 2 two # SKIP on purpose$'
	check 'its KUnit suites are reported' has '^ +ok [0-9]+ kunit$'
	check 'its kernel log is clean' has '^ +ok [0-9]+ kernel_log$'
}

test_faults()
{
	boot 200 --kmemleak --kunit --append kunit.enable=0 \
		--run faulty,fail --run faulty,nested_fail \
		--run faulty,exit_code --run faulty,killed --run faulty,silent \
		--run faulty,short_plan --run faulty,absent --run missing \
		--run faulty,leak --run faulty,warn
	check 'faults fail the boot' failed_boot
	for _fault in fail nested_fail exit_code killed silent short_plan absent; do
		check "noticed: $_fault" has "^ +not ok [0-9]+ faulty $_fault\$"
	done
	check 'noticed: missing program' has '^ +not ok [0-9]+ missing$'
	check 'noticed: KUnit did not run' has '^ +not ok [0-9]+ kunit$'
	check 'noticed: leak' has '^ +not ok [0-9]+ kmemleak$'
	check 'the leak is shown' has 'unreferenced object'
	check 'noticed: warning' has '^ +not ok [0-9]+ kernel_log$'
	check 'the warning is shown' has '# WARNING:'
	check 'the verdict still comes' has '^ok 2 .* verdict$'
}

# test_dead FAULT TIMEOUT REASON: the machine doesn't reach its verdict.
test_dead()
{
	boot "$2" --run "faulty,$1"
	check "$1 fails the boot" failed_boot
	check "$1: no verdict" has '^not ok 2 .* verdict$'
	check "$1: $3" has "$3"
}

test_config()
{
	echo 'CONFIG_IOMMU_NESTING_ABSENT=y' > "$work/extra.config"
	check 'a vanished option fails' \
		refused "$here/check-config.sh" "$kernel/config" "$work/extra.config"
	check 'the option is named' has 'CONFIG_IOMMU_NESTING_ABSENT=y'
	echo '# CONFIG_PCI is not set' > "$work/extra.config"
	check 'an option that stayed on fails' \
		refused "$here/check-config.sh" "$kernel/config" "$work/extra.config"
	check 'the kernel has all of its fragments' \
		"$here/check-config.sh" "$kernel/config" "$here/configs/common.config"
}

# A patch for a line that isn't there.
test_patch()
{
	mkdir -p "$work/patches" "$work/source/dir"
	echo 'another line' > "$work/source/dir/file.c"
	echo '0001-misfit.patch aarch64' > "$work/patches/series"
	printf '%s\n' '--- a/dir/file.c' '+++ b/dir/file.c' '@@ -1 +1 @@' \
		'-a line' '+a new line' > "$work/patches/0001-misfit.patch"
	check 'a patch that does not fit fails' refused "$here/patch-series.sh" \
		apply "$work/patches" aarch64 "$work/source" 'QEMU 0'
	check 'patch and file are named' has '0001-misfit.patch .* dir/file.c'
	check "another target's patch is left out" "$here/patch-series.sh" \
		apply "$work/patches" x86_64 "$work/source" 'QEMU 0'
}

test_arch()
{
	check 'another ARCH is refused' \
		refused env ARCH=sparc "$here/rig.sh" test
	check 'with one plain line' [ "$(wc -l < "$work/out")" = 1 ]
}

echo 'TAP version 13'
test_config
test_patch
test_arch
test_good
test_faults
test_dead hang 25 'time-out after'
test_dead panic 120 'without a verdict'
test_dead power_off 120 'without a verdict'
echo "1..$count"
[ "$failed" = 0 ]
