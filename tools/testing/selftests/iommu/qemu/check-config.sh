#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# check-config.sh CONFIG FRAGMENT... : fails, naming each, when an option that a
# fragment asks for isn't in CONFIG with that value. kconfig drops silently what
# doesn't exist or lacks a dependency.
set -eu
config=${1:?usage: check-config.sh CONFIG FRAGMENT...}
shift
lost=0
for fragment; do
	while read -r line; do
		case $line in
		CONFIG_*=n)
			grep -q "^${line%=n}=" "$config" || continue ;;
		CONFIG_*=*)
			grep -qxF "$line" "$config" && continue ;;
		'# CONFIG_'*' is not set')
			option=${line#\# }
			grep -q "^${option%% *}=" "$config" || continue ;;
		*)
			continue ;;
		esac
		echo "${fragment##*/}: \"$line\" vanished from the configuration" >&2
		lost=$((lost + 1))
	done < "$fragment"
done
[ "$lost" = 0 ]
