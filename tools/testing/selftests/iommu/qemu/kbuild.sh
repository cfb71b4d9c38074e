#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kbuild.sh ARCH SOURCE OBJECTS TARGET... : make in a kernel tree, with the
# cross compiler, ccache when there is one, and nothing in the result that
# depends on who builds it, when or where.
set -eu
here=$(dirname "$(readlink -f "$0")")
. "$here/lib.sh"

arch=${1:?usage: kbuild.sh ARCH SOURCE OBJECTS TARGET...}
source=$2
objects=$3
shift 3

cross=$(compiler_prefix "$arch")

# Instrumented for the fuzzer and by UBSAN, where the configuration has these,
# besides what the makefiles ask for themselves.
instrument=
for name in nesting nesting_bind nesting_fault nesting_info nesting_inv nesting_pasid \
	nesting_request; do
	instrument="$instrument KCOV_INSTRUMENT_$name.o=y UBSAN_SANITIZE_$name.o=y"
done

# Relative paths in ccache's keys: another checkout finds the same objects.
export CCACHE_DIR="$cache/ccache" CCACHE_BASEDIR=/
# shellcheck disable=SC2086 # a list of words
exec make -C "$source" "O=$objects" "ARCH=$arch" "CROSS_COMPILE=$cross" \
	"CC=$here/cached-cc.sh ${cross}gcc" \
	KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' \
	KBUILD_BUILD_USER=rig KBUILD_BUILD_HOST=rig KBUILD_BUILD_VERSION=1 \
	$instrument "-j${RIG_JOBS:-$(nproc)}" "$@"
