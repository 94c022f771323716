# SPDX-License-Identifier: BSD-3-Clause
# Reads tools/packages and installs by apt what is missing. The caller has sourced say.sh and set
# TOP, the top of the source tree.

# packages_of SECTION...: the packages of these sections, one a line.
packages_of() {
	local section
	for section; do
		sed -n "/^\[$section\]\$/,/^\[/{/^[a-z0-9]/p}" "$TOP/tools/packages"
	done | sort -u
}

# packages_missing SECTION...: those of them that are not installed.
packages_missing() {
	local package
	packages_of "$@" | while read -r package; do
		case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) in
		ii*) ;;
		*) echo "$package" ;;
		esac
	done
}

# packages_apt LOG PACKAGE...: one apt-get install, which waits for whoever holds apt's lock.
packages_apt() {
	local log=$1
	shift
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y \
		--no-install-recommends "$@" >>"$log" 2>&1
}

# packages_install SECTION...: installs what is missing; apt-get update runs only if apt does not
# know or cannot fetch a package.
packages_install() {
	local missing log
	command -v apt-get >/dev/null || die "apt-get is not there; install the packages that tools/packages lists by hand"
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || die "these packages are missing, run with sudo to install them: ${missing[*]}"
	log=$(mktemp /tmp/bgw-apt.XXXXXX)
	if ! packages_apt "$log" "${missing[@]}"; then
		apt-get -o DPkg::Lock::Timeout=600 update >>"$log" 2>&1 || true
		if ! packages_apt "$log" "${missing[@]}"; then
			tail -n 15 "$log" >&2
			die "apt could not install what is missing; all of its output is in $log"
		fi
	fi
	rm -f "$log"
}
