/* inject IFACE COUNT: gives COUNT frames to the stack as if they had come in
 * on IFACE, from inside the kernel (BPF_PROG_TEST_RUN with live frames), and
 * prints the rate in millions a second.  60-byte UDP frames 10.1.1.1 ->
 * 10.2.1.1, 131,072 flows by their ports.  Root only. */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), \
	.off = (o), .imm = (i) }

/* Frames are used again as the last run left them: what forwarding changes
 * (MAC addresses, TTL, checksum) is put back.  Then a random source port, one
 * of two destination ports, XDP_PASS. */
enum { INSN_MAC = 7, N_MAC = 3, INSN_TTL = 10, INSN_SUM = 11 };
static struct bpf_insn prog[] = {
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0),
	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32),
	INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 6, 0, 0),
	INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 6, 4, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
	INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, 60),
	INSN(BPF_JMP | BPF_JGT | BPF_X, 4, 3, 10, 0),
	INSN(BPF_ST | BPF_MEM | BPF_W, 2, 0, 0, 0),
	INSN(BPF_ST | BPF_MEM | BPF_W, 2, 0, 4, 0),
	INSN(BPF_ST | BPF_MEM | BPF_W, 2, 0, 8, 0),
	INSN(BPF_ST | BPF_MEM | BPF_H, 2, 0, 22, 0),
	INSN(BPF_ST | BPF_MEM | BPF_H, 2, 0, 24, 0),
	INSN(BPF_STX | BPF_MEM | BPF_H, 2, 0, 34, 0),
	INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 16),
	INSN(BPF_ALU64 | BPF_AND | BPF_K, 0, 0, 0, 1),
	INSN(BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, 80),
	INSN(BPF_STX | BPF_MEM | BPF_B, 2, 0, 37, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static long
bpf(enum bpf_cmd cmd, union bpf_attr *a)
{
	return syscall(SYS_bpf, cmd, a, sizeof(*a));
}

static void
header(uint8_t *f)
{
	static const uint8_t head[38] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1,
	    8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 1, 1, 10, 2,
	    1, 1, 0x30, 1, 0, 80 };
	uint32_t sum = 0;

	memset(f, 0, 60);
	memcpy(f, head, sizeof(head));
	f[39] = 26;			/* UDP length; checksum 0: none */
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)(f[i] << 8 | f[i + 1]);
	sum = ~(sum + (sum >> 16));
	f[24] = (uint8_t)(sum >> 8);
	f[25] = (uint8_t)sum;
}

int
main(int argc, char **argv)
{
	union bpf_attr a;
	uint8_t frame[60];
	struct xdp_md ctx = { .data_end = sizeof(frame) };
	struct timespec t0, t1;
	long fd;

	if (argc != 3)
		return 2;
	header(frame);
	for (int i = 0; i < N_MAC; i++)
		memcpy(&prog[INSN_MAC + i].imm, frame + 4 * i, 4);
	memcpy(&prog[INSN_TTL].imm, frame + 22, 2);
	memcpy(&prog[INSN_SUM].imm, frame + 24, 2);
	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_XDP;
	a.insns = (uint64_t)(uintptr_t)prog;
	a.insn_cnt = sizeof(prog) / sizeof(prog[0]);
	a.license = (uint64_t)(uintptr_t)"GPL";
	fd = bpf(BPF_PROG_LOAD, &a);
	if (fd < 0) {
		perror("inject: load");
		return 1;
	}
	ctx.ingress_ifindex = if_nametoindex(argv[1]);
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)fd;
	a.test.data_in = (uint64_t)(uintptr_t)frame;
	a.test.data_size_in = sizeof(frame);
	a.test.ctx_in = (uint64_t)(uintptr_t)&ctx;
	a.test.ctx_size_in = sizeof(ctx);
	a.test.repeat = (uint32_t)strtoul(argv[2], NULL, 10);
	a.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	a.test.batch_size = 64;
	clock_gettime(CLOCK_MONOTONIC, &t0);
	if (bpf(BPF_PROG_TEST_RUN, &a) < 0) {
		perror("inject: run");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	printf("%.4f\n", strtod(argv[2], NULL) / ((double)(t1.tv_sec -
	    t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) * 1e-9) / 1e6);
	return 0;
}
