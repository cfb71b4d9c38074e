#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Proves that the rig notices what goes wrong. TAP on stdout. rig.sh sets $here,
# $logs, where it put what it built, and $archs.
set -eu
: "${here:?}" "${logs:?}" "${archs:?}"
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
	python3 -B "$here/run.py" one --arch "$arch" --rig "$logs" \
		--kind selftest --label selftest --timeout "$_timeout" \
		"$@" > "$work/out" 2>&1 || code=$?
}

has() { grep -qE "$1" "$work/out"; }
failed_boot() { [ "$code" = 1 ]; }

# refused COMMAND... : its output in $work/out; true when it fails.
refused() { ! "$@" > "$work/out" 2>&1; }

test_good()
{
	boot 120 --run faulty,good --kunit
	check "$arch: a good run is ok" [ "$code" = 0 ]
	check "$arch: its results arrive" has '^ +ok 1 one$'
	check "$arch: its skip stays a skip" has \
		'^ +ok 2 two # SKIP cannot happen: on purpose$'
	check "$arch: its KUnit suites are reported" has '^ +ok [0-9]+ kunit$'
	check "$arch: its kernel log is clean" has '^ +ok [0-9]+ kernel_log$'
}

# All of these in one boot; what has to be in the log is looked for one by one.
test_faults()
{
	# shellcheck disable=SC2086 # words
	boot 240 --kmemleak --kunit --append kunit.enable=0 \
		--run faulty,fail --run faulty,nested_fail \
		--run faulty,skip --run faulty,nested_skip \
		--run faulty,exit_code --run faulty,killed --run faulty,silent \
		--run faulty,short_plan --run faulty,absent --run missing \
		--run faulty,leak --run faulty,warn $more
	check "$arch: faults fail the boot" failed_boot
	for _fault in fail nested_fail skip nested_skip exit_code killed silent \
		short_plan absent; do
		check "$arch: noticed: $_fault" \
			has "^ +not ok [0-9]+ faulty $_fault\$"
	done
	check "$arch: noticed: missing program" has '^ +not ok [0-9]+ missing$'
	check "$arch: noticed: KUnit did not run" has '^ +not ok [0-9]+ kunit$'
	check "$arch: noticed: leak" has '^ +not ok [0-9]+ kmemleak$'
	check "$arch: the leak is shown" has 'unreferenced object'
	check "$arch: noticed: warning" has '^ +not ok [0-9]+ kernel_log$'
	check "$arch: the warning is shown" has '# WARNING:'
	check "$arch: the verdict still comes" has '^ok 2 .* verdict$'
	[ -z "$more" ] || check "$arch: undefined behaviour is shown" has '# UBSAN:'
}

# test_dead FAULT TIMEOUT REASON [OPTION...]: no verdict is reached.
test_dead()
{
	_fault=$1 _seconds=$2 _reason=$3
	shift 3
	boot "$_seconds" --run "faulty,$_fault" "$@"
	check "$arch: $_fault fails the boot" failed_boot
	check "$arch: $_fault: no verdict" has '^not ok 2 .* verdict$'
	check "$arch: $_fault: $_reason" has "$_reason"
}

# KASAN's report alone fails a run; with panic_on_warn it ends it, for the fuzzer.
test_kasan()
{
	boot 120 --run faulty,kasan
	check "$arch: noticed: KASAN" has '^ +not ok [0-9]+ kernel_log$'
	check "$arch: KASAN's report is shown" has '# BUG: KASAN: use-after-free'
	check "$arch: KASAN fails the boot" failed_boot
	test_dead kasan 120 'without a verdict' --append panic_on_warn=1
}

test_arch()
{
	more=
	if [ "$arch" = x86_64 ]; then
		more='--run faulty,ubsan'
	fi
	test_good
	test_faults
	test_dead panic 120 'without a verdict'
	test_dead power_off 120 'without a verdict'
	if [ "$arch" = x86_64 ]; then
		test_kasan
	else
		test_dead hang 25 'time-out after'
	fi
}

test_config()
{
	_config=$logs/${archs%% *}/kernel-debug/config
	echo 'CONFIG_IOMMU_NESTING_ABSENT=y' > "$work/extra.config"
	check 'a vanished option fails' \
		refused "$here/check-config.sh" "$_config" "$work/extra.config"
	check 'the option is named' has 'CONFIG_IOMMU_NESTING_ABSENT=y'
	echo '# CONFIG_PCI is not set' > "$work/extra.config"
	check 'an option that stayed on fails' \
		refused "$here/check-config.sh" "$_config" "$work/extra.config"
	check 'the kernel has all of its fragments' \
		"$here/check-config.sh" "$_config" "$here/configs/common.config"
}

# A patch for a line that isn't there.
test_patch()
{
	mkdir -p "$work/patches" "$work/source/dir"
	echo 'another line' > "$work/source/dir/file.c"
	echo '0001-misfit.patch' > "$work/patches/series"
	printf '%s\n' '--- a/dir/file.c' '+++ b/dir/file.c' '@@ -1 +1 @@' \
		'-a line' '+a new line' > "$work/patches/0001-misfit.patch"
	check 'a patch that does not fit fails' refused "$here/patch-series.sh" \
		apply "$work/patches" "$work/source" 'QEMU 0'
	check 'patch and file are named' has '0001-misfit.patch .* dir/file.c'
}

test_refusals()
{
	check 'another ARCH is refused' \
		refused env ARCH=sparc "$here/rig.sh" test
	check 'with one plain line' [ "$(wc -l < "$work/out")" = 1 ]
}

# Nothing was built: no boot may pass, and the plan counts all of them.
test_unbuilt()
{
	mkdir -p "$work/empty"
	check 'machines that were not built fail' refused python3 -B \
		"$here/run.py" boots --arch arm64 --arch x86_64 --rig "$work/empty"
	check 'each is reported' [ "$(grep -c '^not ok' "$work/out")" = \
		"$(sed -n 's/^1\.\.//p' "$work/out")" ]
	check 'of both architectures' has '^not ok [0-9]+ x86-mock verdict$'
	check 'none passes' refused grep -q '^ok' "$work/out"
}

# Counters that arrive in part are not a coverage.
test_coverage()
{
	printf 'file 10 /gcov/a.gcda\n0123' > "$work/cut.data"
	check 'coverage that was cut off fails' \
		refused python3 -B "$here/coverage.py" "$work" "$work/cut.data"
	check 'and says so' has 'ends too early'
}

echo 'TAP version 13'
test_config
test_patch
test_refusals
test_unbuilt
test_coverage
for arch in $archs; do
	test_arch
done
echo "1..$count"
[ "$failed" = 0 ]
