#include "model/owners.h"

/* Prefixes, the first that fits.  Some are common words: they count only
 * where the table has chain 'with'. */
static const struct { const char *prefix, *owner, *with; } owners[] = {
	{ "DOCKER-USER", NULL, NULL }, { "DOCKER", "Docker", NULL },
	{ "ufw", "ufw", NULL },
	{ "f2b-", "fail2ban", NULL }, { "fail2ban-", "fail2ban", NULL },
	{ "KUBE-", "Kubernetes", NULL },
	{ "cali-", "Calico", NULL }, { "felix-", "Calico", NULL },
	{ "CILIUM_", "Cilium", NULL }, { "ANTREA-", "Antrea", NULL },
	{ "FLANNEL-", "flannel", NULL }, { "WEAVE", "Weave", NULL },
	{ "AZURE-NPM", "Azure NPM", NULL }, { "ISTIO_", "Istio", NULL },
	{ "CNI-", "CNI", NULL }, { "NETAVARK", "Podman", NULL },
	{ "LIBVIRT_", "libvirt", NULL }, { "libvirt-", "libvirt", NULL },
	{ "FI-", "libvirt", "libvirt-in" }, { "FO-", "libvirt", "libvirt-out" },
	{ "HI-", "libvirt", "libvirt-host-in" },
	{ "FJ-", "libvirt", NULL }, { "FP-", "libvirt", NULL },
	{ "HJ-", "libvirt", NULL }, { "HP-", "libvirt", NULL },
	{ "zone_", "OpenWrt", NULL }, { "delegate_", "OpenWrt", NULL },
	{ "input_", "OpenWrt", "zone_wan" },
	{ "output_", "OpenWrt", "zone_wan" },
	{ "forwarding_", "OpenWrt", "zone_wan" },
	{ "ts-", "Tailscale", NULL },
	{ "neutron-", "Neutron", NULL }, { "nova-", "Nova", NULL },
	{ "PVEFW-", "Proxmox", NULL }, { "sshguard", "sshguard", NULL },
	{ "MINIUPNPD", "miniupnpd", NULL },
	{ "IN_", "firewalld", "INPUT_ZONES" },
	{ "INPUT_", "firewalld", "INPUT_ZONES" },
	{ "INPUT_direct", "firewalld", NULL },
	{ "OUTPUT_direct", "firewalld", NULL },
	{ "FORWARD_direct", "firewalld", NULL },
	{ "PREROUTING_direct", "firewalld", NULL },
	{ "POSTROUTING_direct", "firewalld", NULL },
	{ "FWD", "firewalld", "INPUT_ZONES" },
	{ "FORWARD_", "firewalld", "INPUT_ZONES" },
	{ "OUTPUT_", "firewalld", "INPUT_ZONES" },
	{ "PRE_", "firewalld", "PREROUTING_ZONES" },
	{ "PREROUTING_", "firewalld", "PREROUTING_ZONES" },
	{ "POST_", "firewalld", "POSTROUTING_ZONES" },
	{ "POSTROUTING_", "firewalld", "POSTROUTING_ZONES" },
	{ "", "Shorewall", "shorewall" },
};

const char *
chain_owner(const struct chain *c)
{
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners) &&
	    c->hook == HOOK_NONE; i++)
		if (strncmp(c->name, owners[i].prefix,
		    strlen(owners[i].prefix)) == 0 && (owners[i].with == NULL ||
		    chain_find(c->table, owners[i].with,
		    strlen(owners[i].with)) != NULL))
			return owners[i].owner;
	return NULL;
}

bool
chain_is_hook(const struct chain *c)
{
	static const char *const names[] = { "DOCKER-USER", "CNI-ADMIN",
	    "sshguard" };
	size_t len = strlen(c->name);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(c->name, names[i]) == 0)
			return true;
	/* OpenWrt's input_rule, forwarding_wan_rule ... */
	return len > 5 && strcmp(c->name + len - 5, "_rule") == 0;
}
