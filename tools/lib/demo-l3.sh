# SPDX-License-Identifier: BSD-3-Clause
# The layer-3 half of the demonstration: routers on a second layer-2 network between the sites, each
# with a configuration agent, and a server behind each router. The caller has sourced demo.sh.
#
#   server-a --- router-a --- site-a --- core --- site-b --- router-b --- server-b

DEMO_ROUTERS="router-a router-b"
DEMO_LINK=link0 # of a router to its site
DEMO_REMAPPING=172.16.0.0/24
declare -A DEMO_ROUTER_OF=([site-a]=router-a [site-b]=router-b)
declare -A DEMO_SERVER_OF=([site-a]=server-a [site-b]=server-b)
declare -A DEMO_SERVER_ID=([server-a]=10 [server-b]=20)
declare -A demo_internal=([site-a]=192.168.1 [site-b]=192.168.2) # of /24

# demo_other SITE: the other one.
demo_other() {
	[ "$1" = site-a ] && echo site-b || echo site-a
}

# demo_wire_l3: the routers and servers, without the servers' network.
demo_wire_l3() {
	local site router place
	for place in router-a server-a router-b server-b; do
		demo_place "$place" || return 1
	done
	for site in $DEMO_SITES; do
		router=${DEMO_ROUTER_OF[$site]}
		demo_link "$router" $DEMO_LINK "$site" "$router" 1500 &&
			demo_link "$router" inside "${DEMO_SERVER_OF[$site]}" eth0 1500 &&
			demo_in "$router" sysctl -qw net.ipv4.ip_forward=1 \
				net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.$DEMO_LINK.rp_filter=0 ||
			return 1
	done
}

# demo_address_l3 SITE: gives router and server their addresses in the site's internal network, and
# takes away those that they had.
demo_address_l3() {
	local network=${demo_internal[$1]} router=${DEMO_ROUTER_OF[$1]} server=${DEMO_SERVER_OF[$1]}
	demo_in "$router" ip address flush dev inside &&
		demo_in "$router" ip address add "$network.1/24" dev inside &&
		demo_in "$server" ip address flush dev eth0 &&
		demo_in "$server" ip address add "$(demo_server_address "$1")/24" dev eth0 &&
		demo_in "$server" ip route add default via "$network.1"
}

# demo_server_address SITE [NETWORK]: the server's address, or that under which another network
# shows it.
demo_server_address() {
	echo "${2:-${demo_internal[$1]}}.${DEMO_SERVER_ID[${DEMO_SERVER_OF[$1]}]}"
}

# demo_agent ROUTER: starts its configuration agent and waits until it is ready.
demo_agent() {
	demo_spawn "$1" "$TOP/build/tools/bgw-agent/bgw-agent" --listen "unix:$DEMO_RUN/$1.sock" \
		--state "$DEMO_RUN/$1.state" >"$DEMO_RUN/$1.log" 2>&1
	demo_daemon[$1]=$!
	echo $! >"$DEMO_RUN/$1.pid"
	demo_wait_line "$DEMO_RUN/$1.log" "bgw-agent: ready"
}

# demo_serve SITE: has the server answer the traffic of others.
demo_serve() {
	local server=${DEMO_SERVER_OF[$1]}
	if [ -n "${demo_serving[$1]:-}" ]; then
		kill "${demo_serving[$1]}"
		wait "${demo_serving[$1]}" 2>/dev/null
	fi
	demo_spawn "$server" "$TOP/tools/lib/traffic" serve "$(demo_server_address "$1")" \
		>"$DEMO_RUN/$server" 2>&1
	demo_serving[$1]=$!
	demo_children+=($!)
	demo_wait_line "$DEMO_RUN/$server" ready
}
declare -A demo_serving=()

# demo_l3_configuration SITE: the member of its configuration file.
demo_l3_configuration() {
	cat <<EOF
  "l3_negotiator": {
    "listen": ["${DEMO_VTEP[$1]}:8000"],
    "cidrs": ["10.255.0.0/24"],
    "internal_network": "${demo_internal[$1]}.0/24",
    "remapping_cidrs": ["$DEMO_REMAPPING"],
    "interface": "$DEMO_LINK",
    "agent": "unix:$DEMO_RUN/${DEMO_ROUTER_OF[$1]}.sock"
  },
EOF
}

# demo_l3_state ROUTER: all that an agent may change there, as text.
demo_l3_state() {
	demo_in "$1" ip -o address show
	demo_in "$1" ip route show table all
	demo_in "$1" ip rule show
}

# demo_wait_l3 COUNT: waits up to 30 seconds until both sites list that many negotiations and no
# more is under way.
demo_wait_l3() {
	local tries site settled list
	for tries in $(seq 150); do
		settled=yes
		for site in $DEMO_SITES; do
			list=$(demo_rest "$site" GET negotiations) || return 1
			[ "$(grep -o '"state": *"configured"' <<<"$list" | wc -l)" = "$1" ] &&
				[ "$(grep -o '"state":' <<<"$list" | wc -l)" = "$1" ] || settled=no
		done
		[ $settled = no ] || return 0
		sleep 0.2
	done
	return 1
}

# demo_l3_made ROUTER: what its agent made, in one line.
demo_l3_made() {
	{
		demo_in "$1" ip -o -4 address show dev $DEMO_LINK | awk '{print $4 " on " $2}'
		demo_in "$1" ip route show table main proto 182
		demo_in "$1" ip rule show priority 182 | sed -n 's/^[0-9]*:.*to \([^ ]*\) lookup.*/\1 translated/p'
	} | sed 's/ proto 182//; s/ *$//' | paste -sd , | sed 's/,/, /g'
}
