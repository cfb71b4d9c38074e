#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The rig's stages in order:
# rig.sh demo|test|shell|selftest|fuzz|cost|coverage|oracle|oracle-mutants|bench
# Makes what is missing or out of date, then boots the machines.
#
#   ARCH	architecture of the machines: arm64 or x86_64; tests and demo run
#		on both when it isn't set
#   ORACLE_KERNEL	source package of the oracle's kernel, the newest when unset
#   ORACLE_DROPS	what oracle-mutants lets the unit ignore, everything when unset
#   KSRC	kernel tree to use instead of the series' own
#   FUZZ_INPUTS, FUZZ_SECONDS, FUZZ_SEED	how long the fuzzer runs, whatever comes
#		first, and where it starts
#   NESTING_CACHE	where finished emulators and kernels are kept
#   RIG_JOBS	jobs of a build, RIG_TIMEOUT seconds of a boot
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"
. "$here/debian.sh"

usage='usage: rig.sh demo|test|shell|selftest|fuzz|cost|coverage|oracle|oracle-mutants|bench'
what=${1:?$usage}
since=$(date +%s)
top=$(readlink -f "$here/../../../../..")
build=$top/build
logs=$build/rig

# The architectures, the kernels that each needs, and the guest's user space.
kind=tests
variants=debug
case $what in
test)		archs='arm64 x86_64' ;;
selftest)	archs='arm64 x86_64' kind=selftest ;;
demo)		archs='arm64 x86_64' kind=demo variants=plain ;;
shell)		archs=arm64 kind=shell ;;
fuzz)		archs=x86_64 ;;
cost)		archs=x86_64 variants=plain ;;
coverage)	archs=x86_64 variants=gcov ;;
oracle)		archs=x86_64 kind=oracle variants=oracle ;;
oracle-mutants|bench)	archs=x86_64 variants=plain ;;
*)		die "unknown: $what; $usage" ;;
esac
only=$archs
case ${ARCH:-} in
'')		;;
arm64|x86_64)	archs=$ARCH ;;
*)		die "no machine for ARCH=$ARCH, only arm64 and x86_64" ;;
esac
case "$what $archs" in
fuzz\ arm64|cost\ arm64|coverage\ arm64|oracle*\ arm64|bench\ arm64)
	die "there is no $what for ARCH=$archs, only $only" ;;
esac

for _number in "${FUZZ_INPUTS:-1}" "${FUZZ_SECONDS:-1}" "${FUZZ_SEED:-1}"; do
	case $_number in
	*[!0-9]*) die "not a number: $_number (FUZZ_INPUTS, FUZZ_SECONDS, FUZZ_SEED)" ;;
	esac
done

# variants_of ARCH: the kernels to build.
variants_of()
{
	case "$what $1" in
	test\ x86_64)	echo "debug plain${next:+ next}" ;;
	*)		echo "$variants" ;;
	esac
}

# The next version of the interface is a patch to the series, put on a checkout of
# ours only. $next is empty when it can't be had, and $no_next says why.
next=$here/next/next.patch
no_next='a kernel tree of your own is not patched'
if [ ! -r "$next" ]; then
	no_next='there is no next/next.patch'
	next=
elif [ -n "${KSRC:-}" ] || [ ! -x "$top/scripts/checkout-series" ]; then
	next=
fi

qemu_target()
{
	case $1 in
	arm64)	echo aarch64 ;;
	*)	echo "$1" ;;
	esac
}

# emulators_of ARCH: what build-qemu.sh calls them.
emulators_of()
{
	case "$what $1" in
	test\ arm64)	echo any model ;;
	*)		echo model ;;
	esac
}

# Packages, sources and the boots, and for each architecture emulator and guest.
stages=3
for _arch in $archs; do
	# shellcheck disable=SC2046
	set -- $(emulators_of "$_arch") $(variants_of "$_arch")
	stages=$((stages + 1 + $#))
done
# The oracle's kernel and guest come after those of our own tests.
case $what in
oracle-mutants|bench)	stages=$((stages + 4)) ;;
esac
stage=0
next_stage()
{
	stage=$((stage + 1))
	RIG_STAGE="[$stage/$stages]"
	export RIG_STAGE
}

# Prints nothing when the packages are there already.
packages()
{
	next_stage
	if [ -x "$top/scripts/deps" ]; then
		"$top/scripts/deps" series kernel qemu
	fi
	say "$RIG_STAGE packages: there"
}

# Unpacking the kernel's sources keeps one CPU busy: an emulator is built meanwhile.
# What goes wrong with the sources, sources() says.
unpack_ahead()
{
	if [ "$kind" = oracle ] || [ -n "${KSRC:-}" ] ||
			[ ! -x "$top/scripts/checkout-series" ]; then
		return
	fi
	"$top/scripts/checkout-series" "$build/kernel" > /dev/null &
	for _arch in $archs; do
		_emulators=$(emulators_of "$_arch")
	done
	RIG_STAGE='' "$here/build-qemu.sh" "$(qemu_target "$_arch")" \
		"${_emulators##* }" > /dev/null
	wait
}

# Sets $source and $tree. In a kernel tree the sources are those around us.
sources()
{
	next_stage
	tree=
	suffix=
	if [ "$kind" = oracle ]; then
		_oracle=$("$here/oracle/fetch-kernel.sh")
		source=${_oracle#* }
		tree=${_oracle% *}
	elif [ -n "${KSRC:-}" ]; then
		source=$(readlink -f "$KSRC")
		suffix=-ksrc
	elif [ -x "$top/scripts/checkout-series" ]; then
		source=$build/kernel
		tree=$("$top/scripts/checkout-series" "$source")
	else
		source=$top
	fi
	[ -r "$source/Kbuild" ] || die "no kernel tree at $source"
	_short=$(printf '%.12s' "$tree")
	say "$RIG_STAGE source: ${_short:+tree }${_short:-$source}"
}

# The next version differs from the plain kernel in few objects.
objects_of()
{
	case $2 in
	debug)	echo "$build/$1$suffix" ;;
	next)	echo "$build/$1-plain$suffix" ;;
	*)	echo "$build/$1-$2$suffix" ;;
	esac
}

# built ARCH NAME PATH: where run.py finds it.
built()
{
	mkdir -p "$logs/$1"
	ln -sfn "$3" "$logs/$1/$2"
}

kernel()
{
	next_stage
	_kernel=$("$here/build-kernel.sh" "$1" "$2" "$source" \
		"$(objects_of "$1" "$2")" "$tree")
	built "$1" "kernel-$2" "$_kernel"
}

machine()
{
	for _emulator in $(emulators_of "$1"); do
		next_stage
		_qemu=$("$here/build-qemu.sh" "$(qemu_target "$1")" "$_emulator")
		built "$1" "qemu-$_emulator" "$_qemu"
	done
	_headers=
	for _variant in $(variants_of "$1"); do
		kernel "$1" "$_variant"
		: "${_headers:=$_kernel}"
	done
	next_stage
	rm -f "$logs/$1/kernel-next.skip"
	if [ -z "$next" ]; then
		echo "$no_next" > "$logs/$1/kernel-next.skip"
	fi
	# The first variant has the modules, and headers that are today's.
	"$here/build-guest.sh" "$1" "$source" "$_headers" "$build/guest-$1" \
		"$kind" "$logs/$1/initrd-$kind"
}

prepare()
{
	packages
	# Sources and objects of this checkout belong together until the guest
	# is built, results until the end of the tests.
	lock "$build/rig/lock" 'works in this checkout'
	unpack_ahead
	sources
	for _arch in $archs; do
		machine "$_arch"
	done
	next_stage
}

# What the oracle needs, after our own tests' machine.
prepare_oracle()
{
	kind=oracle
	variants=oracle
	sources
	for _arch in $archs; do
		machine "$_arch"
	done
	next_stage
}

run()
{
	_archs=
	for _arch in $archs; do
		_archs="$_archs --arch $_arch"
	done
	# shellcheck disable=SC2086
	python3 -B "$here/run.py" "$@" $_archs --kind "$kind" --rig "$logs" \
		${RIG_TIMEOUT:+--timeout "$RIG_TIMEOUT"}
}

# Of inputs and seconds what comes first ends it; without both, inputs count.
fuzz()
{
	_words=nesting_fuzz,--seed,${FUZZ_SEED:-1}
	_inputs=${FUZZ_INPUTS:-}
	[ -n "$_inputs${FUZZ_SECONDS:-}" ] || _inputs=10000000
	_words=$_words${_inputs:+,--inputs,$_inputs}
	_words=$_words${FUZZ_SECONDS:+,--seconds,$FUZZ_SECONDS}
	: "${RIG_TIMEOUT:=$((${FUZZ_SECONDS:-14400} + 300))}"
	tee_to "$build/results/fuzz.ktap" run one --label fuzz-long --kmemleak \
		--run "$_words" --append panic_on_warn=1 --append rig.stderr
}

# Everything on stdout also goes to FILE; the exit code is the command's.
tee_to()
{
	_file=$1
	shift
	mkdir -p "${_file%/*}"
	mkfifo "$logs/pipe.$$"
	tee "$_file" < "$logs/pipe.$$" &
	_code=0
	"$@" > "$logs/pipe.$$" || _code=$?
	wait
	rm -f "$logs/pipe.$$"
	return "$_code"
}

prepare
case $what in
demo)
	unlock
	say "$RIG_STAGE boot"
	run demo --since "$since"
	;;
test)
	say "$RIG_STAGE boot"
	tee_to "$build/results/rig.ktap" run boots --set test
	;;
fuzz)
	say "$RIG_STAGE boot"
	fuzz
	;;
cost)
	say "$RIG_STAGE boot"
	run boots --set cost
	;;
oracle)
	say "$RIG_STAGE boot"
	tee_to "$build/results/oracle.ktap" run boots --set oracle
	;;
oracle-mutants)
	prepare_oracle
	say "$RIG_STAGE boot"
	# shellcheck disable=SC2086 # a list of words
	tee_to "$build/results/oracle-mutants.ktap" python3 -B "$here/mutants.py" \
		--rig "$logs" ${ORACLE_DROPS:-}
	;;
bench)
	prepare_oracle
	say "$RIG_STAGE boot"
	tee_to "$build/results/bench.ktap" python3 -B "$here/bench.py" --rig "$logs" \
		${RIG_TIMEOUT:+--timeout "$RIG_TIMEOUT"}
	;;
coverage)
	say "$RIG_STAGE boot"
	rm -f "$logs"/x86-mock-coverage*.gcov
	result=0
	tee_to "$build/results/coverage.ktap" run boots --set coverage || result=1
	tee_to "$build/results/coverage.txt" python3 -B "$here/coverage.py" \
		"$logs/x86_64/kernel-gcov" "$logs"/x86-mock-coverage*.gcov || result=1
	exit "$result"
	;;
shell)
	unlock
	run shell
	;;
selftest)
	export here logs archs
	tee_to "$build/results/rig-selftest.ktap" "$here/selftest/selftest.sh"
	;;
esac
