# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Packages of other Debian suites through a private apt folder in the cache:
# the machine's own apt sources are read for the mirror and never changed.
# Sourced after lib.sh.
: "${cache:?}"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# mirror RELEASE: address from which this machine takes that suite.
mirror()
{
	# The format is apt's, not the shell's.
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' |
		awk -v r="$1" '$1 == r { print $2; exit }'
}

# debian_mirror [SUFFIX]: the same for this machine's Debian, 12 or 13.
debian_mirror()
{
	for _release in bookworm trixie; do
		_uri=$(mirror "$_release${1:-}")
		[ -z "$_uri" ] || { echo "$_uri"; return; }
	done
}

# apt_sources SUITE... : source lines for Debian 13's sources and Debian 12's
# backports, by way of the mirror that the machine already uses.
apt_sources()
{
	_main=$(debian_mirror)
	[ -n "$_main" ] || die 'no Debian mirror among the apt sources of this machine'
	_security=$(debian_mirror -security)
	printf 'deb-src [signed-by=%s] %s trixie main\n' "$keyring" "$_main"
	printf 'deb [signed-by=%s] %s bookworm-backports main\n' "$keyring" "$_main"
	[ -z "$_security" ] ||
		printf 'deb-src [signed-by=%s] %s trixie-security main\n' \
			"$keyring" "$_security"
}

# private_apt DIR COMMAND... : COMMAND of apt with DIR/sources.list only.
private_apt()
{
	_dir=$1 _command=$2
	shift 2
	mkdir -p "$_dir/lists/partial" "$_dir/archives/partial"
	"$_command" -q -o "Dir::Etc::SourceList=$_dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$_dir/lists" \
		-o "Dir::Cache=$_dir" -o "Dir::Cache::Archives=$_dir/archives" \
		-o "APT::Sandbox::User=$(id -un)" "$@"
}

# newest_source DIR PACKAGE: version that apt would fetch.
newest_source()
{
	private_apt "$1" apt-get --print-uris --download-only source "$2" |
		sed -n "s/.* ${2}_\(.*\)\.dsc .*/\1/p" | sed 's/%3a/:/'
}

# debian_arch ARCH: Debian's name of the kernel's architecture ARCH.
debian_arch()
{
	case $1 in
	x86_64)	echo amd64 ;;
	*)	echo "$1" ;;
	esac
}

# fetch_foreign ARCH PACKAGE DIR: unpacks the package of Debian 12 for another
# architecture in DIR.
fetch_foreign()
{
	_apt=$cache/apt-$1
	mkdir -p "$_apt"
	printf 'deb [arch=%s signed-by=%s] %s bookworm main\n' \
		"$1" "$keyring" "$(debian_mirror)" > "$_apt/sources.list"
	if ! private_apt "$_apt" apt-get -o "APT::Architectures::=$1" update \
			> "$_apt/log" 2>&1 ||
	   ! (cd "$3" && private_apt "$_apt" apt-get -o "APT::Architectures::=$1" \
			download "$2:$1") >> "$_apt/log" 2>&1; then
		cat "$_apt/log" >&2
		die "can't download $2 for $1"
	fi
	dpkg-deb -x "$3/$2"_*.deb "$3"
}
