/* The least a program can do with a capture: libpcap's loop, and every octet looked at once.
 *
 *     cc -O2 -o touch scripts/touch.c -lpcap && ./touch CAPTURE
 *
 * Prints the packets and a sum of their octets, so that nothing is left out. */
#include <pcap/pcap.h>
#include <stdio.h>

static void each(u_char *sum, const struct pcap_pkthdr *header, const u_char *octets)
{
    unsigned long long *sums = (unsigned long long *)sum;
    unsigned long long total = 0;
    for (bpf_u_int32 i = 0; i < header->caplen; i++)
        total += octets[i];
    sums[0] += 1;
    sums[1] += total;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    unsigned long long sums[2] = {0, 0};
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (capture == NULL) {
        fprintf(stderr, "usage: touch CAPTURE; %s\n", argc == 2 ? error : "one capture");
        return 2;
    }
    if (pcap_loop(capture, -1, each, (u_char *)sums) != 0) {
        fprintf(stderr, "%s\n", pcap_geterr(capture));
        return 1;
    }
    pcap_close(capture);
    printf("%llu packets, sum %llu\n", sums[0], sums[1]);
    return 0;
}
