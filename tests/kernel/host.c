/* Namespaces R (the host under test) and P (the peers of its interfaces).
 * The process lives in R; P is entered to make its sockets. */
#include "lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <dirent.h>
#include <time.h>
#include <unistd.h>

enum { BARRIER_TYPE = 0x88B5 };		/* IEEE local experimental */

const char *const dev_stem[N_DEVS] = { "lan", "wan", "dmz" };
const uint8_t dev_mac[N_DEVS][6] = {
	{ 2, 0, 0, 0, 0x10, 1 }, { 2, 0, 0, 0, 0x20, 1 },
	{ 2, 0, 0, 0, 0x30, 1 },
};
const uint8_t peer_mac[N_DEVS][6] = {
	{ 2, 0, 0, 0, 0x10, 2 }, { 2, 0, 0, 0, 0x20, 2 },
	{ 2, 0, 0, 0, 0x30, 2 },
};

struct holder {
	int fd;
	int family;			/* 0: only swallows */
	uint8_t proto;
};

struct host {
	char slot;
	bool v6;
	int ns_r, ns_p;
	int tx[N_DEVS];
	int barrier;
	struct holder *holders;		/* sockets that swallow */
	unsigned n_holders, room_holders;
	uint8_t ports[3][8192];		/* bits: swallowed; UDP, TCP, UDPlite */
	uint8_t protos[32];
};

/* ---- Programs */
static int
input_of(const char *text)
{
	int fd = memfd_create("in", 0);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET))
		return -1;
	return fd;
}

static void
child(char *const argv[], int in, const char *out, int err)
{
	int fd;

	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	fd = open(out ? out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (in < 0 || fd < 0 || dup2(in, 0) < 0 || dup2(fd, 1) < 0 ||
	    dup2(err, 2) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

int
run_program(char *const argv[], const char *in, const char *out,
    struct sbuf *err)
{
	int pipes[2], status = 0, input = in ? input_of(in) : -1;
	char buf[4096];
	ssize_t n;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid)
		child(argv, input, out, pipes[1]);
	close(pipes[1]);
	if (input >= 0)
		close(input);
	while ((n = read(pipes[0], buf, sizeof(buf))) > 0)
		if (err)
			sbuf_put(err, buf, (size_t)n);
	close(pipes[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	if (!WIFEXITED(status)) {
		if (err)
			sbuf_printf(err, "%s: signal %d\n", argv[0],
			    WTERMSIG(status));
		return -1;
	}
	return WEXITSTATUS(status);
}

/* ---- May we? */
static bool
program_there(const char *name)
{
	const char *path = getenv("PATH"), *p = path, *end;
	char file[512];

	for (; p && *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, ':');
		snprintf(file, sizeof(file), "%.*s/%s", (int)(end - p), p,
		    name);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

static bool
namespaces_permitted(void)
{
	int status = 1;
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWNET) || unshare(CLONE_NEWNET));
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* Logging from namespaces other than the first. */
static const char log_sysctl[] = "/proc/sys/net/netfilter/nf_log_all_netns";

static bool
is_logging(void)
{
	int fd = open(log_sysctl, O_RDONLY | O_CLOEXEC);
	char value = '0';
	bool ok = fd >= 0 && read(fd, &value, 1) == 1;

	if (fd >= 0)
		close(fd);
	return ok && value == '1';
}

static bool
log_switch(char value)
{
	int fd = open(log_sysctl, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, &value, 1) == 1;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool
host_possible(struct sbuf *why, bool *was_logging)
{
	static const char *const programs[] = {
		"ip", "ipset", "conntrack", "iptables-legacy-restore",
		"iptables-legacy-save", "ip6tables-legacy-restore",
		"ip6tables-legacy-save",
	};
	int fd;
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!program_there(programs[i])) {
			sbuf_printf(why, "no %s here", programs[i]);
			return false;
		}
	if (!namespaces_permitted()) {
		sbuf_puts(why, "network namespaces are not permitted here");
		return false;
	}
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (fd < 0) {
		sbuf_puts(why, "the kernel log cannot be read here");
		return false;
	}
	close(fd);
	*was_logging = is_logging();
	if (!log_switch('1')) {
		sbuf_puts(why, "logging from namespaces cannot be switched "
		    "on here (nf_log_all_netns)");
		return false;
	}
	return true;
}

static const char slots[] = "0123456789abcdef";

/* Whose file is locked is taken. */
static int
slot_open(char slot, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/.nfwalk-lab.%c", slot);
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

char
host_slot(void)
{
	char path[64];
	const char *s;
	int fd;

	for (s = slots; *s; s++) {
		fd = slot_open(*s, O_CREAT);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
			if (fd >= 0)
				close(fd);
			continue;
		}
		/* iptables' own lock would hold workers up. */
		snprintf(path, sizeof(path), "/tmp/.nfwalk-lab.%c.xt",
		    *s);
		setenv("XTABLES_LOCKFILE", path, 1);
		return *s;
	}
	return 0;
}

static bool
slot_taken(char slot)
{
	int fd = slot_open(slot, 0);
	bool taken = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return taken;
}

void
host_done(bool was_logging)
{
	const char *s;

	for (s = slots; *s; s++)
		if (slot_taken(*s))
			return;
	if (!was_logging)
		log_switch('0');
}

/* ---- Sysctls */
static bool
sysctl_set(const char *name, const char *value)
{
	char path[256] = "/proc/sys/", *p = path + 10;
	int fd;
	bool ok;

	for (; *name && p < path + sizeof(path) - 1; name++)
		*p++ = *name == '.' ? '/' : *name == '/' ? '.' : *name;
	*p = 0;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, value, strlen(value)) ==
	    (ssize_t)strlen(value);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* So that the host does nothing that no packet asked for, answers nothing by
 * itself and has the plainest routing; a scenario can say otherwise. */
static const char *const base_sysctls[][2] = {
	/* Else a packet finds its socket, and its owner, before INPUT. */
	{ "net.ipv4.ip_early_demux", "0" },
	{ "net.ipv4.ip_forward", "1" },
	{ "net.ipv4.icmp_echo_ignore_all", "1" },
	{ "net.ipv4.icmp_ratelimit", "0" },
	{ "net.ipv4.ip_no_pmtu_disc", "2" },	/* what swallows would learn */
	{ "net.ipv4.icmp_msgs_per_sec", "100000" },
	{ "net.ipv4.icmp_msgs_burst", "100000" },
	{ "net.ipv4.conf.all.rp_filter", "0" },
	{ "net.ipv4.conf.default.rp_filter", "0" },
	{ "net.ipv4.conf.all.send_redirects", "0" },
	{ "net.ipv4.conf.default.send_redirects", "0" },
	{ "net.netfilter.nf_conntrack_acct", "1" },
};

static const char *const base_sysctls6[][2] = {
	{ "net.ipv6.conf.all.accept_dad", "0" },
	{ "net.ipv6.conf.default.accept_dad", "0" },
	{ "net.ipv6.conf.all.dad_transmits", "0" },
	{ "net.ipv6.conf.default.dad_transmits", "0" },
	{ "net.ipv6.conf.all.accept_ra", "0" },
	{ "net.ipv6.conf.default.accept_ra", "0" },
	{ "net.ipv6.conf.all.router_solicitations", "0" },
	{ "net.ipv6.conf.default.router_solicitations", "0" },
	{ "net.ipv6.icmp.ratelimit", "0" },
	{ "net.ipv6.icmp.echo_ignore_all", "1" },
	{ "net.ipv6.auto_flowlabels", "0" },
};

static void
set_base(bool v6)
{
	size_t i;

	for (i = 0; i < sizeof(base_sysctls) / sizeof(base_sysctls[0]); i++)
		sysctl_set(base_sysctls[i][0], base_sysctls[i][1]);
	if (!v6) {
		sysctl_set("net.ipv6.conf.all.disable_ipv6", "1");
		sysctl_set("net.ipv6.conf.default.disable_ipv6", "1");
		return;
	}
	for (i = 0; i < sizeof(base_sysctls6) / sizeof(base_sysctls6[0]); i++)
		sysctl_set(base_sysctls6[i][0], base_sysctls6[i][1]);
}

/* ---- Interfaces */
static void
dev_name(const struct host *h, enum dev d, bool peer, char out[IFNAMSIZ])
{
	snprintf(out, IFNAMSIZ, "%s%s%c", peer ? "p" : "", dev_stem[d],
	    h->slot);
}

static bool
ip_batch(const char *text, struct sbuf *err)
{
	char *argv[] = { (char[]){ "ip" }, (char[]){ "-batch" },
	    (char[]){ "-" }, NULL };

	return run_program(argv, text, NULL, err) == 0;
}

static bool
make_links(struct host *h, struct sbuf *err)
{
	struct sbuf b = SBUF_INIT;
	unsigned d;
	bool ok;

	sbuf_puts(&b, "link set lo up\n");
	for (d = 0; d < N_DEVS; d++) {
		const uint8_t *m = dev_mac[d];

		sbuf_printf(&b, "link add %s%c address %02x:%02x:%02x:%02x:"
		    "%02x:%02x type veth peer name p%s%c netns "
		    "/proc/%d/fd/%d\n", dev_stem[d], h->slot, m[0], m[1],
		    m[2], m[3], m[4], m[5], dev_stem[d], h->slot, getpid(),
		    h->ns_p);
		if (h->v6)
			sbuf_printf(&b, "link set %s%c addrgenmode none\n",
			    dev_stem[d], h->slot);
		sbuf_printf(&b, "link set %s%c arp off multicast off\n",
		    dev_stem[d], h->slot);
	}
	ok = ip_batch(sbuf_text(&b), err);
	sbuf_free(&b);
	return ok;
}

static bool
make_addresses(struct host *h, struct sbuf *err)
{
	struct sbuf b = SBUF_INIT;
	char c = h->slot;
	bool ok;

	sbuf_printf(&b, "link set lan%c up\nlink set wan%c up\n"
	    "link set dmz%c up\n"
	    "addr add 10.0.0.1/24 brd + dev lan%c\n"
	    "addr add 198.51.100.2/24 brd + dev wan%c\n"
	    "addr add 10.5.0.1/24 brd + dev dmz%c\n"
	    "route add default via 198.51.100.1 dev wan%c\n"
	    "route add 10.77.0.0/16 via 10.0.0.254 dev lan%c\n",
	    c, c, c, c, c, c, c, c);
	if (h->v6)
		sbuf_printf(&b, "addr add 2001:db8:1::1/64 dev lan%c nodad\n"
		    "addr add 2001:db8:2::1/64 dev wan%c nodad\n"
		    "addr add 2001:db8:3::1/64 dev dmz%c nodad\n"
		    "route add default via 2001:db8:2::2 dev wan%c\n",
		    c, c, c, c);
	ok = ip_batch(sbuf_text(&b), err);
	sbuf_free(&b);
	return ok;
}

static void
request(struct ifreq *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->ifr_name, IFNAMSIZ, "%s", name);
}

static bool
flags_set(int fd, const char *name, short flags)
{
	struct ifreq r;

	request(&r, name);
	if (ioctl(fd, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags = (short)(r.ifr_flags | flags);
	return !ioctl(fd, SIOCSIFFLAGS, &r);
}

/* Checksums are to be complete in what leaves. */
static bool
offload_off(int fd, const char *name)
{
	struct ethtool_value v = { ETHTOOL_STXCSUM, 0 };
	struct ifreq r;

	request(&r, name);
	r.ifr_data = (void *)&v;
	return !ioctl(fd, SIOCETHTOOL, &r);
}

static int
peer_socket(const char *name)
{
	struct sockaddr_ll sa;
	int fd, one = 1, size = 8 << 20;

	memset(&sa, 0, sizeof(sa));
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    htons(ETH_P_ALL));
	sa.sll_family = AF_PACKET;
	sa.sll_protocol = htons(ETH_P_ALL);
	sa.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

static bool
make_peers(struct host *h)
{
	char name[IFNAMSIZ];
	struct ifreq r;
	unsigned d;
	bool ok;
	int fd;

	if (setns(h->ns_p, CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ok = fd >= 0;
	for (d = 0; ok && d < N_DEVS; d++) {
		dev_name(h, d, true, name);
		request(&r, name);
		r.ifr_mtu = 9000;
		ok = !ioctl(fd, SIOCSIFMTU, &r) &&
		    flags_set(fd, name, IFF_UP | IFF_PROMISC | IFF_NOARP) &&
		    (h->tx[d] = peer_socket(name)) >= 0;
	}
	if (fd >= 0)
		close(fd);
	return !setns(h->ns_r, CLONE_NEWNET) && ok;
}

static unsigned
local_routes6(void)
{
	FILE *f = fopen("/proc/self/net/ipv6_route", "re");
	char dst[40], dev[40];
	unsigned len, flags, n = 0;

	if (!f)
		return 0;
	while (fscanf(f, "%39s %x %*s %*s %*s %*s %*s %*s %x %39s", dst, &len,
	    &flags, dev) == 4)
		/* RTF_LOCAL of a whole address, not an anycast one */
		n += len == 128 && flags >> 31 && !(flags & 0x100000);
	fclose(f);
	return n;
}

/* An address works only when a worker thread of the kernel has been at it:
 * no longer tentative, and with a route of its own. */
static bool
addresses_settled(void)
{
	FILE *f = fopen("/proc/self/net/if_inet6", "re");
	unsigned flags, n = 0;
	bool settled = true;

	if (!f)
		return true;
	while (fscanf(f, "%*s %*s %*s %*s %x %*s", &flags) == 1) {
		n++;
		if (flags & 0x40)
			settled = false;
	}
	fclose(f);
	return settled && local_routes6() >= n;
}

/* The kernel reports carriers a moment after the interfaces are up. */
static bool
wait_running(struct host *h)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), tries;
	char name[IFNAMSIZ];
	struct ifreq r;
	unsigned d, up = 0;

	for (tries = 0; tries < 2000 && up < N_DEVS; tries++) {
		for (up = d = 0; d < N_DEVS; d++) {
			dev_name(h, d, false, name);
			request(&r, name);
			if (!ioctl(fd, SIOCGIFFLAGS, &r) &&
			    (r.ifr_flags & IFF_RUNNING))
				up++;
		}
		if (h->v6 && !addresses_settled())
			up = 0;
		if (up < N_DEVS)
			nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	close(fd);
	return up == N_DEVS;
}

static bool
make_sockets(struct host *h)
{
	char name[IFNAMSIZ];
	struct sockaddr_ll sa;
	unsigned d;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static const uint8_t protos[] = { 1, 6, 17 };

	for (d = 0; d < N_DEVS; d++) {
		dev_name(h, d, false, name);
		offload_off(fd, name);
	}
	close(fd);
	memset(&sa, 0, sizeof(sa));
	sa.sll_family = AF_PACKET;
	sa.sll_protocol = htons(BARRIER_TYPE);
	h->barrier = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC,
	    htons(BARRIER_TYPE));
	if (h->barrier < 0 ||
	    bind(h->barrier, (struct sockaddr *)&sa, sizeof(sa)))
		return false;
	for (d = 0; d < sizeof(protos); d++)
		host_swallow(h, 0, protos[d]);
	if (h->v6)
		host_swallow(h, 0, 58);
	return true;
}

static bool
make_namespaces(struct host *h)
{
	if (unshare(CLONE_NEWNET))
		return false;
	h->ns_p = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	sysctl_set("net.ipv6.conf.all.disable_ipv6", "1");
	sysctl_set("net.ipv6.conf.default.disable_ipv6", "1");
	if (unshare(CLONE_NEWNET))
		return false;
	h->ns_r = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return h->ns_p >= 0 && h->ns_r >= 0;
}

static void
set_base_devs(struct host *h)
{
	static const char *const names[] = { "rp_filter", "send_redirects" };
	char path[128];
	unsigned d, i;

	for (d = 0; d < N_DEVS; d++)
		for (i = 0; i < 2; i++) {
			snprintf(path, sizeof(path), "net.ipv4.conf.%s%c.%s",
			    dev_stem[d], h->slot, names[i]);
			sysctl_set(path, "0");
		}
	/* Not before: a multicast interface would join the routers' group
	 * and report it. */
	if (h->v6)
		sysctl_set("net.ipv6.conf.all.forwarding", "1");
}

static bool	wait_frames(struct host *);

struct host *
host_new(char slot, bool v6)
{
	struct host *h = calloc(1, sizeof(*h));
	struct sbuf err = SBUF_INIT;
	unsigned d;
	bool ok;

	if (!h)
		return NULL;
	h->slot = slot;
	h->v6 = v6;
	h->barrier = h->ns_r = h->ns_p = -1;
	for (d = 0; d < N_DEVS; d++)
		h->tx[d] = -1;
	ok = make_namespaces(h);
	if (ok) {
		set_base(v6);
		ok = make_links(h, &err) && make_peers(h);
	}
	ok = ok && make_addresses(h, &err) && wait_running(h);
	if (ok) {
		set_base_devs(h);
		ok = make_sockets(h) && wait_running(h) && wait_frames(h);
	}
	if (!ok)
		fprintf(stderr, "lab: cannot make the host: %s%s\n",
		    strerror(errno), sbuf_text(&err));
	sbuf_free(&err);
	if (ok)
		return h;
	host_free(h);
	return NULL;
}

void
host_free(struct host *h)
{
	unsigned i;

	for (i = 0; i < h->n_holders; i++)
		close(h->holders[i].fd);
	for (i = 0; i < N_DEVS; i++)
		if (h->tx[i] >= 0)
			close(h->tx[i]);
	if (h->barrier >= 0)
		close(h->barrier);
	if (h->ns_r >= 0)
		close(h->ns_r);
	if (h->ns_p >= 0)
		close(h->ns_p);
	free(h->holders);
	free(h);
}

/* ---- Sockets */
static void
hold(struct host *h, int fd, int family, uint8_t proto)
{
	vec_room(h->holders, h->n_holders, h->room_holders);
	h->holders[h->n_holders++] = (struct holder){ fd, family, proto };
}

static void
accept_nothing(int fd)
{
	struct sock_filter code = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog prog = { 1, &code };

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

/* A socket that owns the port and drops all that comes. */
static void
swallow_port(struct host *h, uint16_t port, int proto)
{
	struct sockaddr_in6 a6;
	struct sockaddr_in a4;
	int family = h->v6 ? AF_INET6 : AF_INET, one = 1;
	bool tcp = proto == IPPROTO_TCP;
	int fd = socket(family, (tcp ? SOCK_STREAM : SOCK_DGRAM) |
	    SOCK_CLOEXEC, proto);

	if (fd < 0)
		return;
	memset(&a6, 0, sizeof(a6));
	memset(&a4, 0, sizeof(a4));
	a6.sin6_family = AF_INET6;
	a4.sin_family = AF_INET;
	a6.sin6_port = a4.sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	accept_nothing(fd);
	if (h->v6 ? bind(fd, (struct sockaddr *)&a6, sizeof(a6)) :
	    bind(fd, (struct sockaddr *)&a4, sizeof(a4)))
		fprintf(stderr, "lab: port %u: %s\n", port, strerror(errno));
	if (tcp)
		listen(fd, 1);
	hold(h, fd, 0, 0);
}

/* Raw sockets take what nobody else does, and show what was delivered. */
static void
swallow_proto(struct host *h, uint8_t proto)
{
	int fd, one = 1;

	fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	if (fd >= 0)
		hold(h, fd, AF_INET, proto);
	if (!h->v6)
		return;
	fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
	hold(h, fd, AF_INET6, proto);
}

void
host_swallow(struct host *h, uint16_t port, uint8_t proto)
{
	uint8_t *bits = h->ports[proto == IPPROTO_TCP ? 1 :
	    proto == IPPROTO_UDP ? 0 : 2];

	if (!(h->protos[proto / 8] >> proto % 8 & 1)) {
		h->protos[proto / 8] |= (uint8_t)(1 << proto % 8);
		swallow_proto(h, proto);
	}
	if (!port || (proto != IPPROTO_TCP && proto != IPPROTO_UDP &&
	    proto != IPPROTO_UDPLITE) || (bits[port / 8] >> port % 8 & 1))
		return;
	bits[port / 8] |= (uint8_t)(1 << port % 8);
	swallow_port(h, port, proto);
}

/* A route is looked up with the source and the TOS only if the socket has
 * them. */
static int
send_socket(const struct bytes *l3, bool v4)
{
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
	    IPPROTO_RAW), one = 1, tos = l3->data[1];
	struct sockaddr_in6 a6;
	struct sockaddr_in a4;

	memset(&a6, 0, sizeof(a6));
	memset(&a4, 0, sizeof(a4));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
	if (v4) {
		setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
		a4.sin_family = AF_INET;
		memcpy(&a4.sin_addr, l3->data + 12, 4);
		if (l3->data[12] == 127)
			return fd;	/* bound it could leave by lo only */
		if (bind(fd, (struct sockaddr *)&a4, sizeof(a4)))
			return fd;	/* not ours: unbound then */
	} else {
		a6.sin6_family = AF_INET6;
		memcpy(&a6.sin6_addr, l3->data + 8, 16);
		if (bind(fd, (struct sockaddr *)&a6, sizeof(a6)))
			return fd;
	}
	return fd;
}

int
host_send(struct host *h, struct bytes l3)
{
	bool v4 = l3.len >= 20 && l3.data[0] >> 4 == 4;
	struct sockaddr_in6 a6;
	struct sockaddr_in a4;
	ssize_t n;
	int fd, error;

	(void)h;
	if (!v4 && l3.len < 40)
		return EINVAL;
	fd = send_socket(&l3, v4);
	memset(&a6, 0, sizeof(a6));
	memset(&a4, 0, sizeof(a4));
	a4.sin_family = AF_INET;
	a6.sin6_family = AF_INET6;
	if (v4) {
		memcpy(&a4.sin_addr, l3.data + 16, 4);
		n = sendto(fd, l3.data, l3.len, 0, (struct sockaddr *)&a4,
		    sizeof(a4));
	} else {
		memcpy(&a6.sin6_addr, l3.data + 24, 16);
		n = sendto(fd, l3.data, l3.len, 0, (struct sockaddr *)&a6,
		    sizeof(a6));
	}
	error = n < 0 ? errno : 0;
	close(fd);
	return error;
}

int
host_tx(const struct host *h, enum dev d)
{
	return h->tx[d];
}

static bool
barrier_frame(struct host *h, enum dev d, int timeout)
{
	uint8_t frame[60] = { 0 }, buf[128];
	struct pollfd p = { h->barrier, POLLIN, 0 };

	memcpy(frame, dev_mac[d], 6);
	memcpy(frame + 6, peer_mac[d], 6);
	frame[12] = BARRIER_TYPE >> 8;
	frame[13] = BARRIER_TYPE & 255;
	return send(h->tx[d], frame, sizeof(frame), 0) > 0 &&
	    poll(&p, 1, timeout) == 1 &&
	    recv(h->barrier, buf, sizeof(buf), 0) > 0;
}

/* A frame goes the way of the packets before it; each round trip moves what
 * waits in a queue of the kernel one step on. */
bool
host_barrier(struct host *h)
{
	int round;

	for (round = 0; round < 4; round++)
		if (!barrier_frame(h, DEV_LAN, 2000))
			return false;
	return true;
}

/* An interface takes frames a moment after its peer is up. */
static bool
wait_frames(struct host *h)
{
	uint8_t buf[128];
	unsigned d;
	int tries;

	for (d = 0; d < N_DEVS; d++) {
		for (tries = 0; tries < 400; tries++)
			if (barrier_frame(h, d, 5))
				break;
		if (tries == 400)
			return false;
	}
	while (recv(h->barrier, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	return true;
}

static void
collect_peer(int fd, enum dev d, struct arena *arena,
    void (*each)(void *, enum dev, struct bytes), void *arg)
{
	static const uint32_t head = 14;
	uint8_t buf[65600];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		unsigned type = (unsigned)(buf[12] << 8 | buf[13]);
		struct bytes l3;

		if ((uint32_t)n <= head ||
		    (type != ETH_P_IP && type != ETH_P_IPV6))
			continue;
		l3.len = (uint32_t)n - head;
		l3.data = arena_copy(arena, buf + head, l3.len);
		each(arg, d, l3);
	}
}

static void
pkt_info(struct msghdr *m, uint8_t dst[16])
{
	struct cmsghdr *c;
	struct in6_pktinfo info;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(dst, &info.ipi6_addr, 16);
		}
}

/* IPv4 raw sockets give the header too; for IPv6 it is made again. */
static bool
receive(const struct holder *s, struct bytes *out, struct arena *arena)
{
	uint8_t buf[65600], control[256];
	struct sockaddr_in6 from;
	struct iovec iov = { buf + 40, sizeof(buf) - 40 };
	struct msghdr m;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	memset(&from, 0, sizeof(from));
	m.msg_name = &from;
	m.msg_namelen = sizeof(from);
	m.msg_iov = &iov;
	m.msg_iovlen = 1;
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	if ((n = recvmsg(s->fd, &m, 0)) <= 0)
		return false;
	if (s->family == AF_INET) {
		out->len = (uint32_t)n;
		out->data = arena_copy(arena, buf + 40, (size_t)n);
		return true;
	}
	memset(buf, 0, 40);
	buf[0] = 0x60;
	buf[4] = (uint8_t)(n >> 8);
	buf[5] = (uint8_t)n;
	buf[6] = s->proto;
	buf[7] = 64;
	memcpy(buf + 8, &from.sin6_addr, 16);
	pkt_info(&m, buf + 24);
	out->len = (uint32_t)n + 40;
	out->data = arena_copy(arena, buf, out->len);
	return true;
}

void
host_collect(struct host *h, struct arena *arena,
    void (*each)(void *, enum dev, struct bytes), void *arg)
{
	struct bytes l3;
	unsigned i;

	for (i = 0; i < N_DEVS; i++)
		collect_peer(h->tx[i], i, arena, each, arg);
	for (i = 0; i < h->n_holders; i++)
		while (h->holders[i].family &&
		    receive(&h->holders[i], &l3, arena))
			each(arg, DEV_LOCAL, l3);
}

/* ---- Setting up what the scenario says */
static bool
setup_line(const struct line *l, struct sbuf *error)
{
	char *argv[64], *eq, name[256];
	unsigned i;

	if (!strcmp(l->tokens[0].text, "sysctl")) {
		snprintf(name, sizeof(name), "%s", l->tokens[1].text);
		eq = strchr(name, '=');
		*eq = 0;
		if (sysctl_set(name, eq + 1))
			return true;
		sbuf_printf(error, "cannot set %s\n", name);
		return false;
	}
	if (strcmp(l->tokens[0].text, "ip"))
		return true;
	for (i = 0; i < l->n && i < 63; i++)
		argv[i] = strdup(l->tokens[i].text);
	argv[i] = NULL;
	if (run_program(argv, NULL, NULL, error) != 0)
		i = 0;
	for (char **a = argv; *a; a++)
		free(*a);
	return i > 0;
}

bool
host_setup(struct host *h, const struct scn *s, struct sbuf *error)
{
	unsigned i, line, col;

	for (i = 0; i < s->n_setup; i++) {
		if (setup_line(&s->setup[i], error))
			continue;
		loc_line(s->setup[i].loc, &line, &col);
		sbuf_printf(error, "%s:%u: this line of [setup] failed\n",
		    s->src->name, line);
		return false;
	}
	return wait_running(h);
}

static bool
load(const char *program, const char *text, bool counters,
    const struct scn *s, unsigned first, struct sbuf *error)
{
	char name[64], c[] = "-c", restore[] = "restore";
	char *argv[] = { name, NULL, NULL };

	if (!text)
		return true;
	snprintf(name, sizeof(name), "%s", program);
	if (!strcmp(program, "ipset"))
		argv[1] = restore;
	else if (counters)
		argv[1] = c;
	if (run_program(argv, text, NULL, error) == 0)
		return true;
	sbuf_printf(error, "%s: %s refused what begins at line %u\n",
	    s->src->name, program, first);
	return false;
}

bool
host_load(struct host *h, const struct scn *s, struct sbuf *error)
{
	(void)h;
	return load("ipset", s->ipset, false, s, s->ipset_line, error) &&
	    load("iptables-legacy-restore", s->rules,
		s->rules && strstr(s->rules, "\n["), s, s->rules_line, error) &&
	    load("ip6tables-legacy-restore", s->rules6,
		s->rules6 && strstr(s->rules6, "\n["), s, s->rules6_line,
		error);
}

/* ---- What a host is collected as */
static bool
tool(const char *dir, const char *file, const char *command)
{
	char path[512], words[256], *argv[16], *save = NULL;
	int n = 0;
	struct sbuf err = SBUF_INIT;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	snprintf(words, sizeof(words), "%s", command);
	for (argv[n] = strtok_r(words, " ", &save); argv[n] && n < 14;)
		argv[++n] = strtok_r(NULL, " ", &save);
	ok = run_program(argv, NULL, path, &err) == 0;
	if (!ok)
		fprintf(stderr, "lab: %s: %s\n", command, sbuf_text(&err));
	sbuf_free(&err);
	return ok;
}

static void
sysctl_file(const char *path, struct sbuf *out)
{
	char value[4096], *line, *save = NULL;
	const char *p;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	n = read(fd, value, sizeof(value) - 1);
	close(fd);
	if (n < 0)
		return;
	value[n] = 0;
	for (line = strtok_r(value, "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save)) {
		for (p = path + strlen("/proc/sys/"); *p; p++)
			sbuf_putc(out, *p == '/' ? '.' : *p == '.' ? '/' : *p);
		sbuf_printf(out, " = %s\n", line);
	}
}

static void
sysctl_walk(const char *path, struct sbuf *out)
{
	char sub[512];
	struct dirent *e;
	DIR *d = opendir(path);

	while (d && (e = readdir(d))) {
		if (*e->d_name == '.')
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		if (e->d_type == DT_DIR)
			sysctl_walk(sub, out);
		else if (strcmp(e->d_name, "flush"))
			sysctl_file(sub, out);
	}
	if (d)
		closedir(d);
}

bool
host_snapshot(struct host *h, const char *dir)
{
	struct sbuf b = SBUF_INIT;
	char path[512];
	bool ok;

	ok = tool(dir, "iptables-save", "iptables-legacy-save -c") &&
	    tool(dir, "ip-addr.json", "ip -d -j addr show") &&
	    tool(dir, "ip-route.json", "ip -j route show table all") &&
	    tool(dir, "ip-rule.json", "ip -j rule show") &&
	    tool(dir, "ipset-save", "ipset save");
	if (h->v6)
		ok = ok &&
		    tool(dir, "ip6tables-save", "ip6tables-legacy-save -c") &&
		    tool(dir, "ip6-route.json",
			"ip -j -6 route show table all") &&
		    tool(dir, "ip6-rule.json", "ip -j -6 rule show");
	sysctl_walk("/proc/sys/net/ipv4", &b);
	sysctl_walk("/proc/sys/net/ipv6", &b);
	sysctl_walk("/proc/sys/net/netfilter", &b);
	snprintf(path, sizeof(path), "%s/sysctl", dir);
	ok = ok && write_file(path, sbuf_text(&b));
	sbuf_free(&b);
	return ok;
}

bool
host_artefacts(struct host *h, const char *dir)
{
	return tool(dir, "conntrack", "conntrack -L -o extended") &&
	    tool(dir, "counters", "iptables-legacy-save -c") &&
	    (!h->v6 || tool(dir, "counters6", "ip6tables-legacy-save -c"));
}
