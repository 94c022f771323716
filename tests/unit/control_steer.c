/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "xdp.h"

/*
 * What the programs of drivers-conf/xdp decide, in the kernel that runs them, on frames made here;
 * and who may take a program off a netdev. In a network namespace of its own: root alone.
 */

static char why[256];
static bool is_root;

static int namespace_make(void **state)
{
	(void)state;
	is_root = unshare(CLONE_NEWNET) == 0;
	return 0;
}

/* --- frames --- */

struct frame {
	uint8_t bytes[256];
	uint32_t length;
};

static void put(struct frame *frame, const void *bytes, uint32_t length)
{
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

static void put_16(struct frame *frame, unsigned int value)
{
	const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(frame, bytes, sizeof(bytes));
}

static struct frame ethernet(int vid, uint16_t type)
{
	struct frame frame = {.length = 12};

	if (vid >= 0) {
		put_16(&frame, 0x8100);
		put_16(&frame, (unsigned int)vid);
	}
	put_16(&frame, type);
	return frame;
}

/* `where`: the fragment word. To 10.0.0.`to`. */
static void put_ipv4(struct frame *frame, uint8_t to, uint8_t protocol, uint16_t where, uint16_t id)
{
	const uint8_t header[] = {0x45,
				  0,
				  0,
				  60,
				  (uint8_t)(id >> 8),
				  (uint8_t)id,
				  (uint8_t)(where >> 8),
				  (uint8_t)where,
				  64,
				  protocol,
				  0,
				  0,
				  10,
				  0,
				  0,
				  99,
				  10,
				  0,
				  0,
				  to};

	put(frame, header, sizeof(header));
}

/* To 2001:db8::`to`. */
static void put_ipv6(struct frame *frame, uint8_t to, uint8_t next_header)
{
	const uint8_t header[40] = {
		[0] = 0x60,  [5] = 20,	  [6] = next_header, [7] = 64,	[8] = 0x20,
		[9] = 0x01,  [10] = 0x0d, [11] = 0xb8,	     [23] = 99, [24] = 0x20,
		[25] = 0x01, [26] = 0x0d, [27] = 0xb8,	     [39] = to};

	put(frame, header, sizeof(header));
}

static void put_udp(struct frame *frame, uint16_t destination)
{
	const uint8_t rest[24] = {0};

	put_16(frame, 50000);
	put_16(frame, destination);
	put(frame, rest, sizeof(rest));
}

static struct frame udp_v4(int vid, uint8_t to, uint16_t destination, uint16_t where, uint16_t id)
{
	struct frame frame = ethernet(vid, 0x0800);

	put_ipv4(&frame, to, IPPROTO_UDP, where, id);
	put_udp(&frame, destination);
	return frame;
}

static struct frame other_v4(uint8_t to, uint8_t protocol)
{
	struct frame frame = ethernet(-1, 0x0800);

	put_ipv4(&frame, to, protocol, 0, 7);
	put_udp(&frame, 0);
	return frame;
}

/* --- the guard on lo --- */

static struct xdp_steer *guard;
static int program = -1;

static const struct bgw_ip addresses[] = {
	{.family = 4, .v4 = RTE_BE32(0x0a000001)},
	{.family = 6, .v6 = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
};
static const uint16_t vxlan_port[] = {4789};
static const uint8_t gre[] = {IPPROTO_GRE};
static const struct xdp_steer_spec spec = {
	.addresses = addresses,
	.addresses_count = 2,
	.udp_ports = vxlan_port,
	.udp_ports_count = 1,
	.protocols = gre,
	.protocols_count = 1,
};

static int program_find(void)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex("lo"),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, place, .handle = 1, .priority = 7);

	return bpf_tc_query(&hook, &place) < 0 ? -1 : bpf_prog_get_fd_by_id(place.prog_id);
}

static int guard_setup(void **state)
{
	(void)state;
	if (!is_root)
		return 0;
	guard = xdp_guard_open("lo", true, why, sizeof(why));
	if (guard == NULL || xdp_steer_set(guard, &spec) < 0) {
		print_error("%s\n", why);
		return -1;
	}
	program = program_find();
	return program < 0 ? -1 : 0;
}

static int guard_teardown(void **state)
{
	(void)state;
	if (!is_root)
		return 0;
	close(program);
	xdp_steer_close(guard);
	/* Gone with it. */
	return program_find() < 0 ? 0 : -1;
}

static void skip_without_root(void)
{
	if (!is_root)
		skip();
}

static bool is_own(const struct frame *frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->bytes, .data_size_in = frame->length,
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	return run.retval == TC_ACT_SHOT;
}

#define assert_own(...)                        \
	do {                                   \
		struct frame f_ = __VA_ARGS__; \
		assert_true(is_own(&f_));      \
	} while (0)
#define assert_linux(...)                      \
	do {                                   \
		struct frame f_ = __VA_ARGS__; \
		assert_false(is_own(&f_));     \
	} while (0)

static void tunnels_to_own_addresses_are_the_gateways(void **state)
{
	(void)state;
	skip_without_root();
	assert_own(udp_v4(-1, 1, 4789, 0, 1));
	assert_own(udp_v4(-1, 1, 4789, 0x4000, 1));
	assert_own(other_v4(1, IPPROTO_GRE));
}

static void everything_else_is_linuxs(void **state)
{
	(void)state;
	skip_without_root();
	assert_linux(udp_v4(-1, 2, 4789, 0, 1));
	assert_linux(udp_v4(-1, 1, 4790, 0, 1));
	assert_linux(other_v4(2, IPPROTO_GRE));
	assert_linux(other_v4(1, IPPROTO_ICMP));
	assert_linux(other_v4(1, IPPROTO_TCP));
	assert_linux(ethernet(-1, 0x0806));
}

static void fragments_follow_the_first(void **state)
{
	struct frame later = ethernet(-1, 0x0800);
	struct frame gre_later = ethernet(-1, 0x0800);

	(void)state;
	skip_without_root();
	put_ipv4(&later, 1, IPPROTO_UDP, 0x2010, 500);
	put_udp(&later, 4789);
	assert_linux(later);
	/* A first fragment for Linux takes no later one with it, */
	assert_linux(udp_v4(-1, 1, 500, 0x2000, 500));
	assert_linux(later);
	/* and one of a tunnel does. */
	assert_own(udp_v4(-1, 1, 4789, 0x2000, 500));
	assert_own(later);
	later.bytes[19]++;
	assert_linux(later);
	put_ipv4(&gre_later, 1, IPPROTO_GRE, 0x0010, 501);
	put_udp(&gre_later, 0);
	assert_own(gre_later);
}

static struct frame udp_v6(uint8_t to, uint16_t destination)
{
	struct frame frame = ethernet(-1, 0x86dd);

	put_ipv6(&frame, to, IPPROTO_UDP);
	put_udp(&frame, destination);
	return frame;
}

static void ipv6_is_steered_through_its_extensions(void **state)
{
	const uint8_t options[16] = {IPPROTO_UDP, 1};
	const uint8_t first[8] = {IPPROTO_UDP, 0, 0, 1, 0, 0, 0, 9};
	const uint8_t second[8] = {IPPROTO_UDP, 0, 0, 8, 0, 0, 0, 9};
	struct frame frame = ethernet(-1, 0x86dd);

	(void)state;
	skip_without_root();
	assert_own(udp_v6(1, 4789));
	assert_linux(udp_v6(2, 4789));
	assert_linux(udp_v6(1, 53));
	put_ipv6(&frame, 1, IPPROTO_DSTOPTS);
	put(&frame, options, sizeof(options));
	put_udp(&frame, 4789);
	assert_own(frame);
	frame = ethernet(-1, 0x86dd);
	put_ipv6(&frame, 1, IPPROTO_FRAGMENT);
	put(&frame, second, sizeof(second));
	put_udp(&frame, 0);
	assert_linux(frame);
	memcpy(frame.bytes + 54, first, sizeof(first));
	frame.length = 62;
	put_udp(&frame, 4789);
	assert_own(frame);
	memcpy(frame.bytes + 54, second, sizeof(second));
	assert_own(frame);
}

static void the_underlays_vlan_must_match(void **state)
{
	struct xdp_steer_spec tagged = spec;

	(void)state;
	skip_without_root();
	assert_own(udp_v4(0, 1, 4789, 0, 1));
	assert_linux(udp_v4(7, 1, 4789, 0, 1));
	tagged.vlan = 7;
	assert_int_equal(xdp_steer_set(guard, &tagged), 0);
	assert_own(udp_v4(7, 1, 4789, 0, 1));
	/* Priority bits are not the VID. */
	assert_own(udp_v4(7 | 5 << 13, 1, 4789, 0, 1));
	assert_linux(udp_v4(-1, 1, 4789, 0, 1));
	assert_linux(udp_v4(8, 1, 4789, 0, 1));
}

static void the_maps_follow_what_is_set(void **state)
{
	static const struct bgw_ip other[] = {{.family = 4, .v4 = RTE_BE32(0x0a000002)}};
	static const uint16_t ports[] = {8472};
	struct xdp_steer_spec changed = spec;

	(void)state;
	skip_without_root();
	changed.addresses = other;
	changed.addresses_count = 1;
	changed.udp_ports = ports;
	changed.protocols_count = 0;
	assert_int_equal(xdp_steer_set(guard, &changed), 0);
	assert_own(udp_v4(-1, 2, 8472, 0, 1));
	assert_linux(udp_v4(-1, 1, 8472, 0, 1));
	assert_linux(udp_v4(-1, 2, 4789, 0, 1));
	assert_linux(other_v4(2, IPPROTO_GRE));
	assert_linux(udp_v6(1, 8472));
	changed.addresses_count = 0;
	assert_int_equal(xdp_steer_set(guard, &changed), 0);
	assert_linux(udp_v4(-1, 2, 8472, 0, 1));
}

static void cut_frames_are_linuxs(void **state)
{
	struct frame frame = udp_v4(-1, 1, 4789, 0, 1);

	(void)state;
	skip_without_root();
	/* The kernel lets no test run on less than Ethernet and IPv4 headers. */
	for (frame.length = 34; frame.length < 42; frame.length++)
		assert_false(is_own(&frame));
	assert_true(is_own(&frame));
}

/* --- programs on a netdev --- */

/* The object stays open, as DPDK's driver leaves it. */
static struct bpf_object *own_program_attach(bool underlay)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, none);
	char path[512];
	struct bpf_object *object;

	assert_int_equal(xdp_program_path(underlay, path, sizeof(path), why, sizeof(why)), 0);
	object = bpf_object__open_file(path, NULL);
	assert_non_null(object);
	assert_int_equal(bpf_object__load(object), 0);
	assert_int_equal(bpf_xdp_attach((int)if_nametoindex("lo"),
					bpf_program__fd(bpf_object__next_program(object, NULL)),
					XDP_FLAGS_SKB_MODE, &none),
			 0);
	return object;
}

static bool has_program(void)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, attached);

	assert_int_equal(bpf_xdp_query((int)if_nametoindex("lo"), 0, &attached), 0);
	return attached.attach_mode != XDP_ATTACHED_NONE;
}

static void our_own_stale_programs_go(void **state)
{
	(void)state;
	skip_without_root();
	assert_int_equal(xdp_stale_remove("lo", why, sizeof(why)), 0);
	for (int underlay = 0; underlay < 2; underlay++) {
		bpf_object__close(own_program_attach(underlay != 0));
		assert_true(has_program());
		assert_int_equal(xdp_stale_remove("lo", why, sizeof(why)), 0);
		assert_false(has_program());
	}
}

static void a_strangers_program_stays(void **state)
{
	/* return XDP_PASS, under our name */
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	const int ifindex = (int)if_nametoindex("lo");
	int fd;

	(void)state;
	skip_without_root();
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "bgw_steer", "GPL", pass, 2, NULL);
	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(ifindex, fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_int_equal(xdp_stale_remove("lo", why, sizeof(why)), -EBUSY);
	assert_non_null(strstr(why, "is not this gateway's"));
	assert_true(has_program());
	assert_null(xdp_steer_open("lo", why, sizeof(why)));
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_SKB_MODE, NULL), 0);
	close(fd);
}

static void the_maps_of_an_attached_program_are_found(void **state)
{
	struct bpf_object *object;
	struct xdp_steer *steer;

	(void)state;
	skip_without_root();
	object = own_program_attach(true);
	steer = xdp_steer_open("lo", why, sizeof(why));
	assert_non_null(steer);
	assert_int_equal(xdp_steer_set(steer, &spec), 0);
	xdp_steer_close(steer);
	bpf_object__close(object);
	assert_true(has_program());
	assert_int_equal(xdp_stale_remove("lo", why, sizeof(why)), 0);
	/* The program of an access port steers nothing. */
	object = own_program_attach(false);
	assert_null(xdp_steer_open("lo", why, sizeof(why)));
	bpf_object__close(object);
	assert_int_equal(xdp_stale_remove("lo", why, sizeof(why)), 0);
}

static void of_an_access_port_linux_sees_nothing(void **state)
{
	struct frame arp = ethernet(-1, 0x0806);
	struct xdp_steer *mute;

	(void)state;
	skip_without_root();
	mute = xdp_guard_open("lo", false, why, sizeof(why));
	assert_non_null(mute);
	program = program_find();
	assert_true(program >= 0);
	put_udp(&arp, 0);
	assert_true(is_own(&arp));
	assert_own(udp_v4(7, 3, 53, 0, 1));
	assert_int_equal(xdp_steer_set(mute, &spec), 0);
	close(program);
	xdp_steer_close(mute);
	assert_true(program_find() < 0);
}

static void a_stale_guard_is_replaced(void **state)
{
	struct xdp_steer *stale;
	struct xdp_steer *fresh;

	(void)state;
	skip_without_root();
	stale = xdp_guard_open("lo", true, why, sizeof(why));
	assert_non_null(stale);
	fresh = xdp_guard_open("lo", true, why, sizeof(why));
	assert_non_null(fresh);
	assert_int_equal(xdp_steer_set(fresh, &spec), 0);
	xdp_steer_close(fresh);
	xdp_steer_close(stale);
	assert_true(program_find() < 0);
}

#define GUARD_CASE(function) cmocka_unit_test_setup_teardown(function, guard_setup, guard_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARD_CASE(tunnels_to_own_addresses_are_the_gateways),
		GUARD_CASE(everything_else_is_linuxs),
		GUARD_CASE(fragments_follow_the_first),
		GUARD_CASE(ipv6_is_steered_through_its_extensions),
		GUARD_CASE(the_underlays_vlan_must_match),
		GUARD_CASE(the_maps_follow_what_is_set),
		GUARD_CASE(cut_frames_are_linuxs),
		cmocka_unit_test(our_own_stale_programs_go),
		cmocka_unit_test(a_strangers_program_stays),
		cmocka_unit_test(the_maps_of_an_attached_program_are_found),
		cmocka_unit_test(of_an_access_port_linux_sees_nothing),
		cmocka_unit_test(a_stale_guard_is_replaced),
	};

	return cmocka_run_group_tests_name("steer", tests, namespace_make, NULL);
}
