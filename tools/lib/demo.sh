# SPDX-License-Identifier: BSD-3-Clause
# The two-site demonstration: network namespaces, daemons, requests to their APIs, and the removal
# of it all. The caller has sourced say.sh and set TOP, the top of the source tree.
#
#   host-a --- site-a --- core --- site-b --- host-b
#
# A host and its site share a veth, the hosts' LAN. The core routes between the sites and knows
# nothing of that LAN. A namespace is called bgwq-NAME.

DEMO_RUN=/run/bgw-quickstart
DEMO_SITES="site-a site-b"
DEMO_PLACES="host-a site-a core site-b host-b router-a server-a router-b server-b"
DEMO_UNDERLAY_MTU=1600
declare -A DEMO_VTEP=([site-a]=198.51.100.1 [site-b]=203.0.113.1)
declare -A DEMO_ROUTER=([site-a]=198.51.100.254 [site-b]=203.0.113.254)
declare -A DEMO_HOST=([site-a]=host-a [site-b]=host-b)
declare -A DEMO_ADDRESS=([host-a]=10.10.0.1 [host-b]=10.10.0.2)
declare -A demo_daemon=()
demo_children=()

# demo_in PLACE COMMAND...: runs a command in a namespace. Not ip netns exec, which mounts and so
# does not work in a chroot.
demo_in() {
	local place=$1
	shift
	nsenter --net="/run/netns/bgwq-$place" -- "$@"
}

# demo_spawn PLACE COMMAND...: starts a command in a namespace; $! is its own process id, as it
# would not be with demo_in in the background. A Ctrl-C at the terminal does not reach it.
demo_spawn() {
	local place=$1
	shift
	setsid nsenter --net="/run/netns/bgwq-$place" -- "$@" </dev/null &
}

# demo_remove: takes everything down again; also what an earlier demonstration left.
demo_remove() {
	local place pid
	for pid in "${demo_daemon[@]}" ${demo_children[@]+"${demo_children[@]}"}; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${demo_daemon[@]}"; do
		demo_reap "$pid"
	done
	for place in $DEMO_PLACES; do
		ip netns del "bgwq-$place" 2>/dev/null
	done
	rm -rf "$DEMO_RUN"
}

# demo_reap PID: waits up to 10 seconds for a daemon to end, then ends it.
demo_reap() {
	local tries
	for tries in $(seq 100); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$1" 2>/dev/null
}

# demo_claim: refuses while another demonstration runs, removes what a dead one left.
demo_claim() {
	local other pid
	other=$(cat "$DEMO_RUN/pid" 2>/dev/null)
	if [ -n "$other" ] && [ -r "/proc/$other/cmdline" ] &&
		tr '\0' ' ' <"/proc/$other/cmdline" | grep -q quickstart; then
		die "a quickstart is running already (process $other): end it with Ctrl-C there"
	fi
	for pid in $(cat "$DEMO_RUN"/*.pid 2>/dev/null); do
		case $(cat "/proc/$pid/comm" 2>/dev/null) in
		bgwd | bgw-agent) demo_daemon[$pid]=$pid ;;
		esac
	done
	demo_remove
	demo_daemon=()
	mkdir -p "$DEMO_RUN"
	echo $$ >"$DEMO_RUN/pid"
}

# demo_link PLACE NETDEV PLACE NETDEV MTU: a veth. Linux leaves checksums and VLAN tags unfinished
# on one, counting on the other end to be Linux too; a tunnel carries them as they are, so the ends
# that Linux sends from finish them.
demo_link() {
	local end netdev
	ip link add "$2" netns "bgwq-$1" type veth peer name "$4" netns "bgwq-$3" || return 1
	for end in "$1 $2" "$3 $4"; do
		read -r end netdev <<<"$end"
		demo_in "$end" ethtool -K "$netdev" tx off txvlan off >/dev/null 2>&1
		demo_in "$end" ip link set "$netdev" mtu "$5" up || return 1
	done
}

# demo_place PLACE: a namespace.
demo_place() {
	ip netns add "bgwq-$1" || return 1
	demo_in "$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
	demo_in "$1" ip link set lo up
}

# demo_wire: namespaces, links, addresses and routes.
demo_wire() {
	local place site
	for place in host-a site-a core site-b host-b; do
		demo_place "$place" || return 1
	done
	demo_in core sysctl -qw net.ipv4.ip_forward=1 || return 1
	for site in $DEMO_SITES; do
		local host=${DEMO_HOST[$site]}
		demo_link "$host" eth0 "$site" lan 1500 &&
			demo_link "$site" wan core "to-$site" $DEMO_UNDERLAY_MTU &&
			demo_in "$host" ip address add "${DEMO_ADDRESS[$host]}/24" dev eth0 &&
			demo_in core ip address add "${DEMO_ROUTER[$site]}/24" dev "to-$site" &&
			demo_in "$site" ip address add "${DEMO_VTEP[$site]}/24" dev wan &&
			demo_in "$site" ip route add default via "${DEMO_ROUTER[$site]}" || return 1
	done
}

# demo_cores: the CPUs this process may use, one a line.
demo_cores() {
	local range
	for range in $(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status | tr , ' '); do
		seq "${range%-*}" "${range#*-}"
	done
}

# demo_configure SITE: writes the site's configuration file.
demo_configure() {
	local site=$1 cores at=1
	mapfile -t cores < <(demo_cores)
	[ "$site" = site-a ] || at=2
	cat >"$DEMO_RUN/$site.json" <<EOF
{
  "name": "$site",
  "workers": {"cores": [${cores[$((at % ${#cores[@]}))]}], "idle": "sleep"},
  "control": {"cores": [${cores[0]}]},
  "memory":  {"hugepages": false, "mbytes": 256, "mbufs": 16384},
  "tables":  {"macs": 16384, "connections": 256, "networks": 64},
  "ports": [
    {"name": "member1", "driver": "af_xdp", "device": "lan", "role": "access"},
    {"name": "member2", "driver": "af_xdp", "device": "${DEMO_ROUTER_OF[$site]}", "role": "access"},
    {"name": "wan0",    "driver": "af_xdp", "device": "wan", "role": "underlay"}
  ],
  "underlay": {"vtep": "${DEMO_VTEP[$site]}"},
$(demo_l3_configuration "$site")
  "api":   {"listen": ["unix:$DEMO_RUN/$site.sock"]},
  "store": {"kind": "sqlite", "path": "$DEMO_RUN/$site.db"}
}
EOF
}

# demo_start SITE: starts the site's bgwd and waits until its API answers.
demo_start() {
	local site=$1 tries
	demo_configure "$site"
	demo_spawn "$site" "$TOP/build/control/bgwd" --config "$DEMO_RUN/$site.json" \
		>"$DEMO_RUN/$site.log" 2>&1
	demo_daemon[$site]=$!
	echo $! >"$DEMO_RUN/$site.pid"
	for tries in $(seq 150); do
		kill -0 "${demo_daemon[$site]}" 2>/dev/null || return 1
		demo_rest "$site" GET ports >/dev/null && return 0
		sleep 0.2
	done
	return 1
}

# demo_stop SITE: ends the site's bgwd and waits until it has.
demo_stop() {
	kill "${demo_daemon[$1]}" 2>/dev/null
	demo_reap "${demo_daemon[$1]}"
}

# demo_rest SITE METHOD PATH [BODY]: one request; a path without a slash at its beginning is below
# /v2.0/. Prints the body of the answer; fails unless the status says success.
demo_rest() {
	local site=$1 method=$2 path=$3 limit_s=60 answer
	shift 3
	[ "${path#/}" != "$path" ] || path=/v2.0/$path limit_s=10
	answer=$(curl -s --max-time $limit_s --unix-socket "$DEMO_RUN/$site.sock" -X "$method" \
		-H 'Content-Type: application/json' ${1:+-d "$1"} -w '\n%{http_code}' \
		"http://localhost$path" 2>/dev/null)
	printf '%s\n' "${answer%$'\n'*}"
	[[ ${answer##*$'\n'} == 2?? ]]
}

# demo_id: the id in the answer on standard input.
demo_id() {
	grep -oE '"id": *"[0-9a-f-]{36}"' | head -n 1 | grep -oE '[0-9a-f-]{36}'
}

# demo_wait_line FILE LINE: waits up to 5 seconds until a program has written a line.
demo_wait_line() {
	local tries
	for tries in $(seq 50); do
		grep -qx "$2" "$1" 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}

# demo_reaches PLACE ADDRESS: pings until the first answer, for up to 20 seconds. The first packets
# may find the underlay's neighbours unresolved.
demo_reaches() {
	local tries
	for tries in $(seq 20); do
		demo_in "$1" ping -q -c 1 -W 1 "$2" >/dev/null 2>&1 && return 0
	done
	return 1
}

# demo_ping_summary OUTPUT: how many pings were answered, and how fast.
demo_ping_summary() {
	sed -nE -e 's/^([0-9]+) packets transmitted, ([0-9]+) received.*/\2 of \1 answered/p' \
		-e 's|^rtt [^=]*= [^/]*/([^/]*)/.*|in \1 ms|p' <<<"$1" | paste -sd ' '
}
