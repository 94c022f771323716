/* SPDX-License-Identifier: BSD-3-Clause */
/* The monitor's dumps, with the test as the kernel at the other end of a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/monitor.h"
#include "netlink_recorded.h"

struct kernel {
	int fd;
	struct netlink_monitor *monitor;
	char said[256]; /* what the handler was called with */
};

static void say(struct kernel *kernel, const char *what, enum netlink_kind kind)
{
	static const char letters[] = "LARN";
	size_t at = strlen(kernel->said);

	snprintf(kernel->said + at, sizeof(kernel->said) - at, "%s%c ", what, letters[kind]);
}

static void on_message(void *context, const struct netlink_message *message)
{
	say(context, message->removed ? "-" : "+", message->kind);
}

static void on_begin(void *context, enum netlink_kind kind)
{
	say(context, "(", kind);
}

static void on_end(void *context, enum netlink_kind kind)
{
	say(context, ")", kind);
}

static int setup(void **state)
{
	static struct kernel kernel;
	struct netlink_monitor_handler handler = {
		.context = &kernel,
		.message = on_message,
		.begin = on_begin,
		.end = on_end,
	};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	kernel.said[0] = '\0';
	kernel.fd = fds[1];
	kernel.monitor = netlink_monitor_open_fd(&handler, fds[0]);
	*state = &kernel;
	return kernel.monitor != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct kernel *kernel = *state;

	netlink_monitor_close(kernel->monitor);
	close(kernel->fd);
	return 0;
}

/* The monitor's next question; its sequence number. */
static uint32_t asked(struct kernel *kernel, uint16_t type)
{
	struct nlmsghdr header;
	uint8_t bytes[64];
	ssize_t count = recv(kernel->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	assert_true(count >= (ssize_t)sizeof(header));
	memcpy(&header, bytes, sizeof(header));
	assert_int_equal(header.nlmsg_type, type);
	assert_int_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	return header.nlmsg_seq;
}

static void asked_nothing(struct kernel *kernel)
{
	uint8_t byte;

	assert_int_equal(recv(kernel->fd, &byte, 1, MSG_DONTWAIT), -1);
}

static void tell(struct kernel *kernel, const char *text, uint32_t sequence, uint16_t flags)
{
	uint8_t bytes[2048];
	size_t count = strlen(text) / 2;
	struct nlmsghdr header;

	for (size_t i = 0; i < count; i++) {
		unsigned int value;

		assert_int_equal(sscanf(text + 2 * i, "%2x", &value), 1);
		bytes[i] = (uint8_t)value;
	}
	memcpy(&header, bytes, sizeof(header));
	header.nlmsg_seq = sequence;
	header.nlmsg_flags = flags;
	memcpy(bytes, &header, sizeof(header));
	assert_int_equal(send(kernel->fd, bytes, count, 0), count);
	assert_int_equal(netlink_monitor_on_readable(kernel->monitor, 1), 0);
}

static void finish(struct kernel *kernel, uint32_t sequence, uint16_t type, uint16_t flags)
{
	struct {
		struct nlmsghdr header;
		int32_t error;
	} done = {
		.header =
			{
				.nlmsg_len = sizeof(done),
				.nlmsg_type = type,
				.nlmsg_flags = flags,
				.nlmsg_seq = sequence,
			},
		.error = type == NLMSG_ERROR ? -EBUSY : 0,
	};

	assert_int_equal(send(kernel->fd, &done, sizeof(done), 0), sizeof(done));
	assert_int_equal(netlink_monitor_on_readable(kernel->monitor, 1), 0);
}

static void dump_whole(struct kernel *kernel)
{
	finish(kernel, asked(kernel, RTM_GETLINK), NLMSG_DONE, NLM_F_MULTI);
	finish(kernel, asked(kernel, RTM_GETADDR), NLMSG_DONE, NLM_F_MULTI);
	finish(kernel, asked(kernel, RTM_GETNEIGH), NLMSG_DONE, NLM_F_MULTI);
	asked_nothing(kernel);
}

static void test_dumps_in_order(void **state)
{
	struct kernel *kernel = *state;
	uint32_t sequence = asked(kernel, RTM_GETLINK);

	asked_nothing(kernel);
	tell(kernel, RECORDED_LINK_VETH, sequence, NLM_F_MULTI);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	sequence = asked(kernel, RTM_GETADDR);
	tell(kernel, RECORDED_ADDRESS, sequence, NLM_F_MULTI);
	/* What happens meanwhile is told in its place. */
	tell(kernel, RECORDED_NEIGHBOUR_REMOVED, 0, 0);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	sequence = asked(kernel, RTM_GETNEIGH);
	tell(kernel, RECORDED_NEIGHBOUR_MANAGED, sequence, NLM_F_MULTI);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	asked_nothing(kernel);
	assert_string_equal(kernel->said, "(L +L )L (A +A -N )A (N +N )N (R )R ");
	assert_int_equal(netlink_monitor_sync(kernel->monitor, 0), 0);
}

static void test_interrupted_dump_is_repeated(void **state)
{
	struct kernel *kernel = *state;
	uint32_t sequence = asked(kernel, RTM_GETLINK);

	tell(kernel, RECORDED_LINK_VETH, sequence, NLM_F_MULTI | NLM_F_DUMP_INTR);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	assert_string_equal(kernel->said, "(L +L ");
	dump_whole(kernel);
	assert_string_equal(kernel->said, "(L +L )L (A )A (N )N (R )R ");
}

/* What was never told whole proves nothing to be gone. */
static void test_dump_that_fails_has_no_end(void **state)
{
	struct kernel *kernel = *state;

	for (int i = 0; i < 5; i++)
		finish(kernel, asked(kernel, RTM_GETLINK), NLMSG_ERROR, 0);
	assert_string_equal(kernel->said, "(L (A ");
	finish(kernel, asked(kernel, RTM_GETADDR), NLMSG_DONE, NLM_F_MULTI);
}

static void test_dump_again(void **state)
{
	struct kernel *kernel = *state;

	dump_whole(kernel);
	kernel->said[0] = '\0';
	assert_int_equal(netlink_monitor_dump(kernel->monitor), 0);
	dump_whole(kernel);
	assert_string_equal(kernel->said, "(L )L (A )A (N )N (R )R ");
}

/* One that is asked for while another runs begins when that is over: the kernel runs one at a
 * time. */
static void test_dump_again_waits(void **state)
{
	struct kernel *kernel = *state;
	uint32_t sequence = asked(kernel, RTM_GETLINK);

	assert_int_equal(netlink_monitor_dump(kernel->monitor), 0);
	asked_nothing(kernel);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	dump_whole(kernel);
	assert_string_equal(kernel->said, "(L )L (L )L (A )A (N )N (R )R ");
}

static void test_answers_to_others_are_ignored(void **state)
{
	struct kernel *kernel = *state;
	uint32_t sequence = asked(kernel, RTM_GETLINK);

	finish(kernel, sequence + 7, NLMSG_DONE, NLM_F_MULTI);
	finish(kernel, sequence - 1, NLMSG_ERROR, 0);
	asked_nothing(kernel);
	finish(kernel, sequence, NLMSG_DONE, NLM_F_MULTI);
	assert_string_equal(kernel->said, "(L )L (A ");
}

static void test_malformed_is_counted(void **state)
{
	/* A length that a signed comparison takes for a negative one. */
	static const uint8_t rubbish[24] = {0xff, 0xff, 0xff, 0xff, 0x1c, 0x00};
	struct kernel *kernel = *state;
	struct netlink_monitor_counters counters;

	assert_int_equal(send(kernel->fd, rubbish, sizeof(rubbish), 0), sizeof(rubbish));
	assert_int_equal(netlink_monitor_on_readable(kernel->monitor, 1), 0);
	netlink_monitor_counters_get(kernel->monitor, &counters);
	assert_int_equal(counters.malformed, 1);
	dump_whole(kernel);
}

static void test_sync_gives_up(void **state)
{
	struct kernel *kernel = *state;

	assert_int_equal(netlink_monitor_sync(kernel->monitor, 1), -ETIMEDOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_dumps_in_order),
		TEST(test_interrupted_dump_is_repeated),
		TEST(test_dump_that_fails_has_no_end),
		TEST(test_dump_again),
		TEST(test_dump_again_waits),
		TEST(test_answers_to_others_are_ignored),
		TEST(test_malformed_is_counted),
		TEST(test_sync_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
