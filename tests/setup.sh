#!/bin/sh
# Installs the Debian or Ubuntu packages that are missing, with apt, as root
# or with sudo; otherwise names them and says how.  Prints nothing if nothing
# is missing.
#	tests/setup.sh build	what building needs
#	tests/setup.sh test	that, and what the tests need
set -u
build="gcc libc6-dev make pkg-config libpcap-dev libxml2-dev libcjson-dev"
tests="libcriterion-dev iptables conntrack ipset iproute2"
[ "${1:-build}" = test ] && want="$build $tests" || want=$build

if ! command -v dpkg-query >/dev/null; then
	# Another system: only what can be asked of pkg-config.
	missing=
	for lib in libpcap libxml-2.0 libcjson; do
		pkg-config --exists $lib 2>/dev/null || missing="$missing $lib"
	done
	[ -z "$missing" ] && exit 0
	echo "nfwalk: please install, with their headers:$missing" >&2
	exit 1
fi
missing=
for p in $want; do
	dpkg-query -W -f '${db:Status-Abbrev}\n' "$p" 2>/dev/null |
	    grep -q '^.i' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
	sudo=
elif sudo -n true 2>/dev/null; then
	sudo=sudo
else
	echo "nfwalk: these packages are missing; install them with" >&2
	echo "  apt-get install -y$missing" >&2
	exit 1
fi
echo "installing$missing"
$sudo apt-get update -q >/dev/null
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q \
    --no-install-recommends $missing >/dev/null
