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

# Relative paths in ccache's keys: another checkout finds the same objects.
export CCACHE_DIR="$cache/ccache" CCACHE_BASEDIR=/
exec make -C "$source" "O=$objects" "ARCH=$arch" "CROSS_COMPILE=$cross" \
	"CC=$(command -v ccache) ${cross}gcc" \
	KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' \
	KBUILD_BUILD_USER=rig KBUILD_BUILD_HOST=rig KBUILD_BUILD_VERSION=1 \
	"-j${RIG_JOBS:-$(nproc)}" "$@"
