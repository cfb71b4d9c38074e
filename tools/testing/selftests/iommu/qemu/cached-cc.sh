#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# cached-cc.sh COMPILER [ARGUMENT]... : the compiler, through ccache when there is one
#
# In depend mode the headers come from the compiler's own list, which spares each miss
# a run of the preprocessor. Nobody looks for .incbin then: sources that may have one
# are not cached.
for argument; do
	case $argument in
	*.S|*configs.c|*kheaders.c) exec "$@" ;;
	esac
done
command -v ccache > /dev/null || exec "$@"
export CCACHE_DEPEND=1
exec ccache "$@"
