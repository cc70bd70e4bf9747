/* What Picket needs of DPDK, as plain functions over plain structures.
 *
 * The structures are ours: `src/lib.rs` writes them down a second time and compares their sizes at
 * start. Of DPDK's own none is seen outside the shim, so another release of DPDK concerns this
 * directory only. There is no function that sends.
 *
 * Functions that can fail return 0 or a negative errno, unless they say otherwise. */
#ifndef PICKET_DPDK_SHIM_H
#define PICKET_DPDK_SHIM_H

#include <stddef.h>
#include <stdint.h>

#define PICKET_BURST 64
#define PICKET_NAME 64

struct picket_frame {
	const uint8_t *data;
	uint32_t captured; /* octets at `data` */
	uint32_t wire;     /* octets the frame had */
	uint64_t stamp;    /* the adapter's clock, in its own units; only with `stamped` */
	uint32_t stamped;
	uint32_t segments;
};

/* One burst. `linear` holds frames that came in several buffers, each in a part of its own. */
struct picket_burst {
	struct picket_frame frames[PICKET_BURST];
	void *buffers[PICKET_BURST];
	uint8_t *linear;
	uint32_t part;         /* octets of each of the PICKET_BURST parts of `linear` */
	int32_t stamp_offset;  /* where the time stands in a buffer, -1: nowhere */
	uint64_t stamp_flag;
};

struct picket_info {
	char name[PICKET_NAME];
	char driver[PICKET_NAME];
	int32_t socket; /* NUMA node, -1: any */
	uint16_t max_rx_queues;
	uint16_t mtu;
	uint16_t max_mtu;
	uint16_t key_size;
	uint32_t max_frame;
	uint32_t reserved;
	uint64_t rss_types;
	uint64_t offloads;
};

struct picket_setup {
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint16_t descriptors; /* in: wanted; out: what the adapter takes */
	uint16_t mtu;         /* 0: as it is */
	uint64_t rss_types;
	uint64_t offloads;
	const uint8_t *key;
	uint8_t key_size;
	uint8_t promiscuous;
	uint16_t reserved;
	uint32_t reserved2;
};

struct picket_stats {
	uint64_t packets;
	uint64_t octets;
	uint64_t missed;
	uint64_t errors;
	uint64_t no_buffer;
};

size_t picket_size(int which);
const char *picket_version(void);
const char *picket_error(int error);
int picket_init(int argc, char **argv);
int picket_cleanup(void);
int picket_thread_register(void);
void picket_thread_unregister(void);
/* Writes ids of the ports, at most `room`; returns how many there are. */
uint16_t picket_ports(uint16_t *ids, uint16_t room);
int picket_info(uint16_t port, struct picket_info *info);
/* Returns NULL with the error in `error` when there is no memory. */
void *picket_pool_new(const char *name, uint32_t buffers, uint16_t room, int socket, int *error);
void picket_pool_free(void *pool);
uint32_t picket_pool_available(void *pool);
int picket_setup(uint16_t port, struct picket_setup *setup, void *pool);
int picket_start(uint16_t port, int promiscuous);
void picket_stop(uint16_t port);
/* Spreads SCTP over the queues by a flow rule for each version of IP. Returns 0, or the error of
 * the first that is refused, with the driver's words in `why`. */
int picket_steer_sctp(uint16_t port, const uint16_t *queues, uint16_t count, int symmetric,
		      char *why, size_t room);
/* Whether the adapter tells SCTP from other packets. */
int picket_tells_sctp(uint16_t port);
int picket_stamp_field(int32_t *offset, uint64_t *flag);
int picket_clock(uint16_t port, uint64_t *now);
int picket_link(uint16_t port, uint32_t *mbps);
int picket_stats(uint16_t port, struct picket_stats *stats);
/* Names are PICKET_NAME octets each. Both return how many there are, or a negative errno. */
int picket_xstats_names(uint16_t port, char *names, uint32_t room);
int picket_xstats(uint16_t port, uint64_t *values, uint32_t room);
uint16_t picket_receive(uint16_t port, uint16_t queue, struct picket_burst *burst);
void picket_release(struct picket_burst *burst, uint16_t count);

#endif
