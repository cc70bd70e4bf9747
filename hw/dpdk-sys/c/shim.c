/* The shim of shim.h over libdpdk 21.11 and later. */
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_prefetch.h>
#include <rte_version.h>

/* The frame after next is fetched while one is described. */
#define AHEAD 3
/* Buffers a core keeps for itself. */
#define CACHE 256

/* What src/lib.rs writes down as numbers. */
_Static_assert(RTE_ETH_RSS_IP == ((1 << 2) | (1 << 3) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 13) |
				  (1 << 15)), "RSS_IP");
_Static_assert(RTE_ETH_RSS_SCTP == ((1 << 6) | (1 << 12)), "RSS_SCTP");
_Static_assert(RTE_ETH_RX_OFFLOAD_SCATTER == 1 << 13, "OFFLOAD_SCATTER");
_Static_assert(RTE_ETH_RX_OFFLOAD_TIMESTAMP == 1 << 14, "OFFLOAD_TIMESTAMP");

size_t picket_size(int which)
{
	switch (which) {
	case 0: return sizeof(struct picket_frame);
	case 1: return sizeof(struct picket_burst);
	case 2: return sizeof(struct picket_info);
	case 3: return sizeof(struct picket_setup);
	default: return sizeof(struct picket_stats);
	}
}

const char *picket_version(void)
{
	return rte_version();
}

const char *picket_error(int error)
{
	return rte_strerror(error < 0 ? -error : error);
}

/* Errors are told in rte_errno by some functions and in what they return by others. */
static int failed(void)
{
	return rte_errno > 0 ? -rte_errno : -EINVAL;
}

int picket_init(int argc, char **argv)
{
	rte_errno = 0;
	return rte_eal_init(argc, argv) < 0 ? failed() : 0;
}

int picket_cleanup(void)
{
	return rte_eal_cleanup();
}

int picket_thread_register(void)
{
	rte_errno = 0;
	return rte_thread_register() < 0 ? failed() : 0;
}

void picket_thread_unregister(void)
{
	rte_thread_unregister();
}

uint16_t picket_ports(uint16_t *ids, uint16_t room)
{
	uint16_t port, count = 0;

	RTE_ETH_FOREACH_DEV(port) {
		if (count < room)
			ids[count] = port;
		count++;
	}
	return count;
}

int picket_info(uint16_t port, struct picket_info *info)
{
	struct rte_eth_dev_info dev;
	char name[RTE_ETH_NAME_MAX_LEN];
	int result = rte_eth_dev_info_get(port, &dev);

	if (result != 0)
		return result;
	memset(info, 0, sizeof(*info));
	result = rte_eth_dev_get_name_by_port(port, name);
	if (result != 0)
		return result;
	snprintf(info->name, sizeof(info->name), "%s", name);
	snprintf(info->driver, sizeof(info->driver), "%s", dev.driver_name ? dev.driver_name : "");
	info->socket = rte_eth_dev_socket_id(port);
	info->max_rx_queues = dev.max_rx_queues;
	info->max_mtu = dev.max_mtu;
	info->key_size = dev.hash_key_size;
	info->max_frame = dev.max_rx_pktlen;
	info->rss_types = dev.flow_type_rss_offloads;
	info->offloads = dev.rx_offload_capa;
	return rte_eth_dev_get_mtu(port, &info->mtu);
}

void *picket_pool_new(const char *name, uint32_t buffers, uint16_t room, int socket, int *error)
{
	struct rte_mempool *pool;

	rte_errno = 0;
	pool = rte_pktmbuf_pool_create(name, buffers, CACHE, 0, RTE_PKTMBUF_HEADROOM + room, socket);
	*error = pool == NULL ? failed() : 0;
	return pool;
}

void picket_pool_free(void *pool)
{
	rte_mempool_free(pool);
}

uint32_t picket_pool_available(void *pool)
{
	return rte_mempool_avail_count(pool);
}

int picket_setup(uint16_t port, struct picket_setup *setup, void *pool)
{
	struct rte_eth_conf conf;
	struct rte_eth_dev_info dev;
	struct rte_eth_rxconf rx;
	uint16_t queue, sending = 512;
	int socket = rte_eth_dev_socket_id(port);
	int result;

	memset(&conf, 0, sizeof(conf));
	if (setup->rss_types != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = setup->rss_types;
		conf.rx_adv_conf.rss_conf.rss_key = (uint8_t *)(uintptr_t)setup->key;
		conf.rx_adv_conf.rss_conf.rss_key_len = setup->key == NULL ? 0 : setup->key_size;
	}
	conf.rxmode.offloads = setup->offloads;
	if (setup->mtu != 0)
		conf.rxmode.mtu = setup->mtu;
	result = rte_eth_dev_configure(port, setup->rx_queues, setup->tx_queues, &conf);
	if (result != 0)
		return result;
	if (setup->mtu != 0) {
		result = rte_eth_dev_set_mtu(port, setup->mtu);
		/* A driver that cannot change it took it with the configuration, or refused there. */
		if (result != 0 && result != -ENOTSUP)
			return result;
	}
	result = rte_eth_dev_adjust_nb_rx_tx_desc(port, &setup->descriptors, &sending);
	if (result != 0)
		return result;
	result = rte_eth_dev_info_get(port, &dev);
	if (result != 0)
		return result;
	rx = dev.default_rxconf;
	rx.offloads = conf.rxmode.offloads;
	for (queue = 0; queue < setup->rx_queues; queue++) {
		result = rte_eth_rx_queue_setup(port, queue, setup->descriptors, socket, &rx, pool);
		if (result != 0)
			return result;
	}
	/* Nothing is ever sent: only drivers that insist have queues for it. */
	for (queue = 0; queue < setup->tx_queues; queue++) {
		result = rte_eth_tx_queue_setup(port, queue, sending, socket, NULL);
		if (result != 0)
			return result;
	}
	return 0;
}

int picket_start(uint16_t port, int promiscuous)
{
	int result = rte_eth_dev_start(port);

	if (result != 0)
		return result;
	/* What cannot be switched is as it is: virtual devices deliver everything anyway. */
	if (promiscuous) {
		rte_eth_promiscuous_enable(port);
		rte_eth_allmulticast_enable(port);
	} else {
		rte_eth_promiscuous_disable(port);
	}
	return 0;
}

void picket_stop(uint16_t port)
{
	rte_eth_dev_stop(port);
	rte_eth_dev_close(port);
}

static int steer(uint16_t port, const struct rte_flow_item *pattern, uint64_t types,
		 const uint16_t *queues, uint16_t count, int symmetric, char *why, size_t room)
{
	struct rte_flow_attr attr = { .ingress = 1 };
	struct rte_flow_action_rss rss = {
		.func = symmetric ? RTE_ETH_HASH_FUNCTION_SYMMETRIC_TOEPLITZ
				  : RTE_ETH_HASH_FUNCTION_DEFAULT,
		.types = types,
		.queue_num = count,
		.queue = queues,
	};
	struct rte_flow_action actions[] = {
		{ .type = RTE_FLOW_ACTION_TYPE_RSS, .conf = &rss },
		{ .type = RTE_FLOW_ACTION_TYPE_END },
	};
	struct rte_flow_error error;

	memset(&error, 0, sizeof(error));
	rte_errno = 0;
	if (rte_flow_validate(port, &attr, pattern, actions, &error) == 0 &&
	    rte_flow_create(port, &attr, pattern, actions, &error) != NULL)
		return 0;
	snprintf(why, room, "%s", error.message ? error.message : rte_strerror(rte_errno));
	return failed();
}

int picket_steer_sctp(uint16_t port, const uint16_t *queues, uint16_t count, int symmetric,
		      char *why, size_t room)
{
	struct rte_flow_item v4[] = {
		{ .type = RTE_FLOW_ITEM_TYPE_ETH },
		{ .type = RTE_FLOW_ITEM_TYPE_IPV4 },
		{ .type = RTE_FLOW_ITEM_TYPE_SCTP },
		{ .type = RTE_FLOW_ITEM_TYPE_END },
	};
	struct rte_flow_item v6[] = {
		{ .type = RTE_FLOW_ITEM_TYPE_ETH },
		{ .type = RTE_FLOW_ITEM_TYPE_IPV6 },
		{ .type = RTE_FLOW_ITEM_TYPE_SCTP },
		{ .type = RTE_FLOW_ITEM_TYPE_END },
	};
	int result = steer(port, v4, RTE_ETH_RSS_NONFRAG_IPV4_SCTP, queues, count, symmetric, why, room);

	if (result != 0)
		return result;
	return steer(port, v6, RTE_ETH_RSS_NONFRAG_IPV6_SCTP, queues, count, symmetric, why, room);
}

int picket_tells_sctp(uint16_t port)
{
	uint32_t kinds[64];
	int i, count;

	count = rte_eth_dev_get_supported_ptypes(port, RTE_PTYPE_L4_MASK, kinds, RTE_DIM(kinds));
	for (i = 0; i < count && i < (int)RTE_DIM(kinds); i++)
		if (kinds[i] == RTE_PTYPE_L4_SCTP)
			return 1;
	return 0;
}

int picket_stamp_field(int32_t *offset, uint64_t *flag)
{
	int where;

	rte_errno = 0;
	if (rte_mbuf_dyn_rx_timestamp_register(&where, flag) != 0)
		return failed();
	*offset = where;
	return 0;
}

int picket_clock(uint16_t port, uint64_t *now)
{
	return rte_eth_read_clock(port, now);
}

int picket_link(uint16_t port, uint32_t *mbps)
{
	struct rte_eth_link link;

	memset(&link, 0, sizeof(link));
	if (rte_eth_link_get_nowait(port, &link) != 0)
		return -1;
	*mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
	return link.link_status == RTE_ETH_LINK_UP;
}

int picket_stats(uint16_t port, struct picket_stats *stats)
{
	struct rte_eth_stats told;
	int result = rte_eth_stats_get(port, &told);

	if (result != 0)
		return result;
	stats->packets = told.ipackets;
	stats->octets = told.ibytes;
	stats->missed = told.imissed;
	stats->errors = told.ierrors;
	stats->no_buffer = told.rx_nombuf;
	return 0;
}

int picket_xstats_names(uint16_t port, char *names, uint32_t room)
{
	struct rte_eth_xstat_name *told;
	int i, count = rte_eth_xstats_get_names(port, NULL, 0);

	if (count <= 0 || room < (uint32_t)count)
		return count;
	told = calloc(count, sizeof(*told));
	if (told == NULL)
		return -ENOMEM;
	count = rte_eth_xstats_get_names(port, told, count);
	for (i = 0; i < count && i < (int)room; i++)
		snprintf(names + (size_t)i * PICKET_NAME, PICKET_NAME, "%s", told[i].name);
	free(told);
	return count;
}

int picket_xstats(uint16_t port, uint64_t *values, uint32_t room)
{
	struct rte_eth_xstat *told;
	int i, count;

	if (room == 0)
		return 0;
	told = calloc(room, sizeof(*told));
	if (told == NULL)
		return -ENOMEM;
	count = rte_eth_xstats_get(port, told, room);
	for (i = 0; i < count && i < (int)room; i++)
		if (told[i].id < room)
			values[told[i].id] = told[i].value;
	free(told);
	return count;
}

/* Makes one piece of a frame that came in several, at most `part` octets of it. */
static const uint8_t *linear(const struct rte_mbuf *buffer, uint8_t *at, uint32_t part,
			     uint32_t *captured)
{
	uint32_t octets = RTE_MIN(buffer->pkt_len, part);
	const void *data = rte_pktmbuf_read(buffer, 0, octets, at);

	*captured = data == NULL ? 0 : octets;
	return data == NULL ? at : data;
}

uint16_t picket_receive(uint16_t port, uint16_t queue, struct picket_burst *burst)
{
	struct rte_mbuf **buffers = (struct rte_mbuf **)burst->buffers;
	uint16_t i, count = rte_eth_rx_burst(port, queue, buffers, PICKET_BURST);

	for (i = 0; i < count && i < AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(buffers[i], void *));
	for (i = 0; i < count; i++) {
		const struct rte_mbuf *buffer = buffers[i];
		struct picket_frame *frame = &burst->frames[i];

		if (i + AHEAD < count)
			rte_prefetch0(rte_pktmbuf_mtod(buffers[i + AHEAD], void *));
		frame->wire = buffer->pkt_len;
		frame->segments = buffer->nb_segs;
		if (likely(buffer->nb_segs == 1)) {
			frame->data = rte_pktmbuf_mtod(buffer, const uint8_t *);
			frame->captured = buffer->data_len;
		} else {
			frame->data = linear(buffer, burst->linear + (size_t)i * burst->part,
					     burst->part, &frame->captured);
		}
		frame->stamped = burst->stamp_offset >= 0 && (buffer->ol_flags & burst->stamp_flag) != 0;
		frame->stamp = frame->stamped
			? *RTE_MBUF_DYNFIELD(buffer, burst->stamp_offset, const rte_mbuf_timestamp_t *)
			: 0;
	}
	return count;
}

void picket_release(struct picket_burst *burst, uint16_t count)
{
	rte_pktmbuf_free_bulk((struct rte_mbuf **)burst->buffers, count);
}
