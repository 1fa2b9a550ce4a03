#!/bin/sh
# Installs the Debian or Ubuntu packages that are missing, with apt, as root
# or with sudo; otherwise names them and says how.  Prints nothing if nothing
# is missing.
#	tests/setup.sh build	what building needs
#	tests/setup.sh test	that, and what the tests need
# 'test' also asks npm, where there is one, for the schema of SARIF that a
# package of it carries, into the folder of builds, $B.
set -u
build="gcc libc6-dev make pkg-config libpcap-dev libxml2-dev libcjson-dev"
tests="libcriterion-dev iptables conntrack ipset iproute2 mandoc zsh fish less"
# Tests that need these are skipped without them: no system has to know them.
wish="python3 python3-jsonschema chromium libxml2-utils perl tshark cmark-gfm"
[ "${1:-build}" = test ] && want="$build $tests" || { want=$build wish=; }

# OASIS's schema of SARIF; a test is skipped without.
sarif=@microsoft/jest-sarif
npm=${B:-$(dirname "$0")/../build}/npm
if [ "${1:-build}" = test ] && [ ! -d "$npm/node_modules/$sarif/lib" ] &&
    command -v npm >/dev/null; then
	mkdir -p "$npm" && timeout 120 npm install --prefix "$npm" \
	    --ignore-scripts --no-save --no-audit --no-fund \
	    --fetch-retries=0 \
	    "$sarif@1.0.0-beta.0" </dev/null >/dev/null 2>&1 ||
	    echo "without npm's $sarif: a test will be skipped"
fi

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
is_there()
{
	dpkg-query -W -f '${db:Status-Abbrev}\n' "$1" 2>/dev/null |
	    grep -q '^.i'
}
missing=
for p in $want; do
	is_there "$p" || missing="$missing $p"
done
wished=
for p in $wish; do
	is_there "$p" || ! apt-cache show "$p" >/dev/null 2>&1 ||
	    wished="$wished $p"
done
[ -z "$missing$wished" ] && exit 0
if [ "$(id -u)" = 0 ]; then
	sudo=
elif sudo -n true 2>/dev/null; then
	sudo=sudo
elif [ -z "$missing" ]; then
	exit 0
else
	echo "nfwalk: these packages are missing; install them with" >&2
	echo "  apt-get install -y$missing" >&2
	exit 1
fi
echo "installing$missing$wished"
$sudo apt-get update -q >/dev/null
install="apt-get install -y -q --no-install-recommends"
export DEBIAN_FRONTEND=noninteractive
[ -z "$wished" ] || $sudo $install $wished >/dev/null 2>&1 ||
    echo "without$wished: some tests will be skipped"
[ -z "$missing" ] || $sudo $install $missing >/dev/null
