/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ethdev.h>

#include "port/eal_args.h"
#include "port/port.h"

/* EAL as the gateway starts it, and ports that need neither root nor a device. */

static char why[512];

static int machine_setup(void **state)
{
	static const uint16_t cores[] = {0};
	const struct bgw_eal_config config = {
		.control_cores = cores,
		.control_cores_count = 1,
		.worker_cores = cores,
		.worker_cores_count = 1,
		.memory_mbytes = 128,
		.mbufs = 4096,
	};

	(void)state;
	return bgw_eal_start(&config, why, sizeof(why));
}

static int machine_teardown(void **state)
{
	(void)state;
	bgw_eal_stop();
	return 0;
}

static int ports_teardown(void **state)
{
	struct bgw_mbuf_usage usage;

	(void)state;
	bgw_port_remove_all();
	bgw_mbuf_usage_get(&usage);
	return usage.in_use == 0 ? 0 : -1;
}

static struct bgw_port_config null_port(const char *name, const char *devargs)
{
	struct bgw_port_config config = {.driver = "vdev"};

	snprintf(config.name, sizeof(config.name), "%s", name);
	snprintf(config.devargs, sizeof(config.devargs), "%s", devargs);
	return config;
}

static void assert_refused(const struct bgw_port_config *config, int error, const char *sentence)
{
	why[0] = '\0';
	assert_int_equal(bgw_port_add(0, config, why, sizeof(why)), -error);
	if (strstr(why, sentence) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, sentence);
	assert_int_equal(bgw_port_find(config->name), -ENOENT);
}

static void a_port_receives_and_sends_by_the_queues_it_names(void **state)
{
	const struct bgw_port_config config = null_port("gen0", "net_null0,copy=1");
	struct bgw_port_info info;
	struct rte_mbuf *frames[32];
	uint16_t count;

	(void)state;
	assert_int_equal(bgw_port_add(4, &config, why, sizeof(why)), 0);
	assert_int_equal(bgw_port_start_all(why, sizeof(why)), 0);
	assert_int_equal(bgw_port_find("gen0"), 4);
	assert_int_equal(bgw_port_info_get(4, &info), 0);
	assert_int_equal(info.rx_queues, 1);
	assert_int_equal(info.tpid, 0x8100);
	assert_true(info.admin_up);
	assert_string_equal(info.netdev, "");
	assert_int_equal(port_worker_table[0].rx_count, 1);
	assert_int_equal(port_worker_table[0].rx[0].port, 4);
	count = rte_eth_rx_burst(port_worker_table[0].rx[0].ethdev_id,
				 port_worker_table[0].rx[0].queue, frames, 32);
	assert_int_equal(count, 32);
	assert_int_equal(
		rte_eth_tx_burst(port_table[4].ethdev_id, port_table[4].tx_queue[0], frames, count),
		32);
	assert_int_equal(port_tx_owner(4), 0);
	assert_int_equal(port_tx_owner(5), -ENOENT);
}

static void a_name_or_an_index_is_taken_once(void **state)
{
	const struct bgw_port_config one = null_port("one", "net_null0");
	const struct bgw_port_config other = null_port("other", "net_null1");

	(void)state;
	assert_int_equal(bgw_port_add(0, &one, why, sizeof(why)), 0);
	assert_int_equal(bgw_port_add(1, &one, why, sizeof(why)), -EEXIST);
	assert_int_equal(bgw_port_add(0, &other, why, sizeof(why)), -EEXIST);
	assert_int_equal(bgw_port_add(BGW_MAX_PORTS, &other, why, sizeof(why)), -EINVAL);
}

static void what_cannot_be_is_refused_with_a_sentence(void **state)
{
	struct bgw_port_config config = null_port("p", "net_null0");

	(void)state;
	config.tpid = 0x9100;
	assert_refused(&config, EINVAL, "tpid must be 0x8100 or 0x88a8");
	config = null_port("p", "net_null0");
	config.mtu = 9201;
	assert_refused(&config, EINVAL, "mtu must be 576 to 9200");
	config = null_port("p", "net_null0");
	snprintf(config.mirror, sizeof(config.mirror), "m");
	assert_refused(&config, EINVAL, "mirror is for underlay ports alone");
	config = null_port("p", "net_null0");
	config.rx_queues = 65;
	assert_refused(&config, EINVAL, "65 receive queues are too many");
	config = null_port("p", "bond0");
	assert_refused(&config, EINVAL, "devargs must begin with");
	config = null_port("p", "net_null0,colour=red");
	assert_refused(&config, EINVAL, "driver vdev refuses \"net_null0,colour=red\"");
	snprintf(config.driver, sizeof(config.driver), "dpdk");
	assert_refused(&config, EINVAL, "there is no driver \"dpdk\"");
}

static void netdevs_and_devices_that_are_not_there_are_named(void **state)
{
	struct bgw_port_config config = null_port("p", "");

	(void)state;
	snprintf(config.driver, sizeof(config.driver), "af_packet");
	snprintf(config.device, sizeof(config.device), "nowhere0");
	assert_refused(&config, ENODEV, "there is no netdev \"nowhere0\"");
	snprintf(config.driver, sizeof(config.driver), "pci");
	assert_refused(&config, EINVAL, "must be a PCI address like 0000:3b:00.0");
	snprintf(config.device, sizeof(config.device), "0000:ff:1f.7");
	assert_refused(&config, ENODEV, "no PCI device 0000:ff:1f.7");
	snprintf(config.driver, sizeof(config.driver), "memif");
	assert_refused(&config, EINVAL, "memif.socket must be an absolute path");
	snprintf(config.memif.socket, sizeof(config.memif.socket), "/nowhere/m.sock");
	assert_refused(&config, ENOENT, "the directory of memif.socket /nowhere/m.sock");
	snprintf(config.driver, sizeof(config.driver), "tap");
	snprintf(config.device, sizeof(config.device), "lo");
	assert_refused(&config, EEXIST, "Linux already has a netdev \"lo\"");
}

static void admin_state_and_mtu_reach_the_table_at_once(void **state)
{
	const struct bgw_port_config config = null_port("p", "net_null0");

	(void)state;
	assert_int_equal(bgw_port_add(0, &config, why, sizeof(why)), 0);
	assert_int_equal(bgw_port_admin_set(0, false), 0);
	assert_false(port_table[0].admin_up);
	assert_int_equal(bgw_port_mtu_set(0, 9000), 0);
	assert_int_equal(port_table[0].mtu, 9000);
	assert_int_equal(bgw_port_mtu_set(0, BGW_PORT_MTU_MAX + 1), -ERANGE);
	assert_int_equal(bgw_port_admin_set(1, true), -ENOENT);
}

static void every_driver_has_a_row(void **state)
{
	static const char *const names[] = {"af_xdp", "af_packet", "tap", "memif", "pci", "vdev"};

	(void)state;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_ptr_equal(bgw_port_driver_find(names[i]), bgw_port_driver_at(i));
	assert_null(bgw_port_driver_at(sizeof(names) / sizeof(names[0])));
	assert_false(bgw_port_driver_find("af_xdp")->indirect_mbufs);
}

static void assert_args(const struct bgw_eal_config *config, const char *expected)
{
	struct eal_args args;
	char line[512] = "";

	assert_int_equal(eal_args_build(&args, config), 0);
	for (int i = 1; i < args.argc; i++) {
		if (strncmp(args.argv[i], "--file-prefix", 13) == 0)
			continue;
		strncat(line, args.argv[i], sizeof(line) - strlen(line) - 1);
		strncat(line, " ", sizeof(line) - strlen(line) - 1);
	}
	assert_string_equal(line, expected);
	eal_args_free(&args);
}

static void eal_gets_one_lcore_for_control_and_one_a_worker(void **state)
{
	static const uint16_t control[] = {0, 2};
	static const uint16_t workers[] = {200, 1};
	static const char *const devices[] = {"0000:3b:00.0"};
	struct bgw_eal_config config = {
		.control_cores = control,
		.control_cores_count = 2,
		.worker_cores = workers,
		.worker_cores_count = 2,
		.memory_mbytes = 512,
	};

	(void)state;
	assert_args(&config, "--lcores=0@(0,2),1@200,2@1 -m512 --no-huge --no-shconf "
			     "--no-telemetry --no-pci --iova-mode=va --log-level=lib.eal:warning ");
	config.hugepages = true;
	config.pci_devices = devices;
	config.pci_devices_count = 1;
	assert_args(&config, "--lcores=0@(0,2),1@200,2@1 -m512 --in-memory --single-file-segments "
			     "--no-telemetry --allow=0000:3b:00.0 --log-level=lib.eal:warning ");
}

static void a_start_that_cannot_be_is_refused_with_a_sentence(void **state)
{
	static const uint16_t cores[] = {0, 0};
	static const uint16_t nowhere[] = {1023};
	struct bgw_eal_config config = {
		.control_cores = cores,
		.control_cores_count = 1,
		.worker_cores = nowhere,
		.worker_cores_count = 1,
		.memory_mbytes = 128,
		.mbufs = 4096,
	};

	(void)state;
	assert_int_equal(bgw_eal_start(&config, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "workers.cores names core 1023, which does not exist"));
	config.worker_cores = cores;
	config.worker_cores_count = 2;
	assert_int_equal(bgw_eal_start(&config, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "workers.cores names core 0 twice"));
	config.worker_cores_count = 1;
	config.mbufs = 65536;
	assert_int_equal(bgw_eal_start(&config, why, sizeof(why)), -ENOMEM);
	assert_non_null(strstr(why, "memory.mbufs 65536 need"));
	config.hugepages = true;
	config.memory_mbytes = 1u << 30;
	assert_int_equal(bgw_eal_start(&config, why, sizeof(why)), -ENOMEM);
	assert_non_null(strstr(why, "MB of hugepages are free"));
}

#define PORT_CASE(function) cmocka_unit_test_teardown(function, ports_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PORT_CASE(a_port_receives_and_sends_by_the_queues_it_names),
		PORT_CASE(a_name_or_an_index_is_taken_once),
		PORT_CASE(what_cannot_be_is_refused_with_a_sentence),
		PORT_CASE(netdevs_and_devices_that_are_not_there_are_named),
		PORT_CASE(admin_state_and_mtu_reach_the_table_at_once),
		cmocka_unit_test(every_driver_has_a_row),
		cmocka_unit_test(eal_gets_one_lcore_for_control_and_one_a_worker),
		cmocka_unit_test(a_start_that_cannot_be_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests_name("port", tests, machine_setup, machine_teardown);
}
