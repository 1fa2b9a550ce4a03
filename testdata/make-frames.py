#!/usr/bin/env python3
"""Makes testdata/frames: small captures of each link type and file form that
nfwalk reads, and the snapshot of the host that they were "taken" on:

eth0 10.0.0.1/24 with VLAN eth0.7 10.0.7.1/24; eth1 a port of bridge br0
10.0.1.1/24; tun0 10.0.9.1/24 without link header; lo.
"""
import json
import os
import struct

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'frames')
ETH0, ETH1, BR0 = '020000000001', '020000000002', '020000000003'
PEER = '0200000000ff'


def mac(text):
    return bytes.fromhex(text)


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return bytes(int(x) for x in text.split('.'))


def udp(src, dst, sport=1000, dport=53, payload=b'data', bare=False, bad=False):
    """An IPv4 UDP packet; 'bare': its checksum was left to the device."""
    s, d = address(src), address(dst)
    length = 8 + len(payload)
    pseudo = s + d + struct.pack('!HH', 17, length)
    head = struct.pack('!HHHH', sport, dport, length, 0)
    value = checksum(pseudo + head + payload)
    if bare:
        value = ~checksum(pseudo) & 0xffff
    if bad:
        value ^= 0x1111
    head = struct.pack('!HHHH', sport, dport, length, value)
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + length, 1, 0, 64, 17, 0) + s + d
    ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
    return ip + head + payload


def ether(dst, src, data, tag=None):
    vlan = struct.pack('!HH', 0x8100, tag) if tag is not None else b''
    return mac(dst) + mac(src) + vlan + struct.pack('!H', 0x0800) + data


def sll(kind, hatype, src, data):
    return struct.pack('!HHH', kind, hatype, 6) + mac(src) + b'\0\0' + \
        struct.pack('!H', 0x0800) + data


def sll2(kind, index, hatype, src, data):
    return struct.pack('!HHIHBB', 0x0800, 0, index, hatype, kind, 6) + \
        mac(src) + b'\0\0' + data


def pcap(name, link, frames, order='<', nano=False, cut=0, snap=65535):
    magic = 0xa1b23c4d if nano else 0xa1b2c3d4
    data = struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, snap, link)
    for i, frame in enumerate(frames):
        unit = 1000000 if nano else 1000
        kept = frame[:snap]
        data += struct.pack(order + 'IIII', 1700000000 + i, unit * i + 7,
                            len(kept), len(frame)) + kept
    with open(os.path.join(OUT, name), 'wb') as f:
        f.write(data[:len(data) - cut])


def block(kind, body):
    body += b'\0' * (-len(body) % 4)
    size = struct.pack('<I', len(body) + 12)
    return struct.pack('<I', kind) + size + body + size


def pcapng(name, frames):
    data = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1))
    data += block(1, struct.pack('<HHI', 1, 0, 0))
    for i, frame in enumerate(frames):
        t = (1700000000 + i) * 1000000
        data += block(6, struct.pack('<IIIII', 0, t >> 32, t & 0xffffffff,
                                     len(frame), len(frame)) + frame)
    with open(os.path.join(OUT, name), 'wb') as f:
        f.write(data)


def link(index, name, address='', addrs=(), flags='UP', kind=None, **more):
    return dict(more, ifindex=index, ifname=name, mtu=1500,
                flags=['UP', 'LOWER_UP'] + (['LOOPBACK'] if name == 'lo' else
                                            ['BROADCAST', 'MULTICAST']),
                link_type='loopback' if name == 'lo' else
                'none' if name.startswith('tun') else 'ether',
                address=':'.join(address[i:i + 2] for i in range(0, 12, 2)),
                linkinfo=kind or {},
                addr_info=[{'family': 'inet', 'local': a, 'prefixlen': p,
                            'scope': 'host' if name == 'lo' else 'global'}
                           for a, p in addrs])


os.makedirs(OUT, exist_ok=True)
with open(os.path.join(OUT, 'ip-addr.json'), 'w') as f:
    json.dump([
        link(1, 'lo', '000000000000', [('127.0.0.1', 8)]),
        link(2, 'eth0', ETH0, [('10.0.0.1', 24)]),
        link(3, 'eth1', ETH1, master='br0',
             kind={'info_slave_kind': 'bridge'}),
        link(4, 'br0', BR0, [('10.0.1.1', 24)], kind={'info_kind': 'bridge'}),
        link(5, 'eth0.7', ETH0, [('10.0.7.1', 24)], link='eth0',
             kind={'info_kind': 'vlan', 'info_data': {
                 'protocol': '802.1Q', 'id': 7}}),
        link(6, 'tun0', '', [('10.0.9.1', 24)]),
    ], f, indent=1)

IN = ether(ETH0, PEER, udp('10.0.0.2', '10.0.0.1'))
pcap('ether.pcap', 1, [
    IN,                                                 # for us
    ether('ffffffffffff', PEER, udp('10.0.0.2', '10.0.0.255')),
    ether('0200000000aa', PEER, udp('10.0.0.2', '10.0.0.1')),   # another host
    ether(PEER, ETH0, udp('10.0.0.1', '10.0.0.2')),     # our own
    ether(PEER, ETH0, udp('10.0.1.2', '10.0.0.2')),     # forwarded by us
    ether(ETH0, PEER, udp('10.0.0.2', '10.0.0.1', bare=True)),
    ether(ETH0, PEER, udp('10.0.0.2', '10.0.0.1', bad=True)),
    mac('ffffffffffff' + PEER) + b'\x08\x06' + bytes(28),   # ARP
])
pcap('vlan.pcap', 1, [
    ether(ETH0, PEER, udp('10.0.7.2', '10.0.7.1'), 7),
    ether(ETH0, PEER, udp('10.0.8.2', '10.0.8.1'), 8),  # no such VLAN
    ether(ETH0, PEER, udp('10.0.0.2', '10.0.0.1'), 0),  # only a priority
    ether(PEER, ETH0, udp('10.0.7.1', '10.0.7.2'), 7),
])
pcap('bridge.pcap', 1, [
    ether(BR0, PEER, udp('10.0.1.2', '10.0.1.1')),
    ether(ETH1, PEER, udp('10.0.1.2', '10.0.1.1', 1001)),
    ether('0200000000bb', PEER, udp('10.0.1.2', '10.0.1.3')),   # bridged
    ether(PEER, BR0, udp('10.0.1.1', '10.0.1.2')),      # our own
])
# What "tcpdump -i any" sees: once at the port, once at the bridge.
pcap('any.pcap', 276, [
    sll2(0, 2, 1, PEER, udp('10.0.0.2', '10.0.0.1')),
    sll2(3, 3, 1, PEER, udp('10.0.1.2', '10.0.1.1')),
    sll2(0, 4, 1, PEER, udp('10.0.1.2', '10.0.1.1')),
    sll2(4, 4, 1, BR0, udp('10.0.1.1', '10.0.1.2')),
    sll2(4, 3, 1, BR0, udp('10.0.1.1', '10.0.1.2')),
    sll2(0, 1, 772, '000000000000', udp('127.0.0.1', '127.0.0.1')),
    sll2(0, 6, 65534, '000000000000', udp('10.0.9.2', '10.0.9.1')),
    sll2(4, 2, 1, ETH0, udp('10.0.1.2', '10.0.0.2')),   # forwarded by us
    sll2(0, 99, 1, PEER, udp('10.0.0.2', '10.0.0.1')),  # who is 99?
])
pcap('cooked.pcap', 113, [
    sll(0, 1, PEER, udp('10.0.0.2', '10.0.0.1')),
    sll(4, 1, ETH0, udp('10.0.0.1', '10.0.0.2')),
])
pcap('tun.pcap', 101, [
    udp('10.0.9.2', '10.0.9.1'),
    udp('10.0.9.1', '10.0.9.2'),                        # our own
])
pcap('null.pcap', 0, [
    struct.pack('<I', 2) + udp('10.0.0.2', '10.0.0.1'),
    struct.pack('>I', 2) + udp('10.0.0.2', '10.0.0.1'),
    struct.pack('<I', 99) + bytes(40),
])
pcap('raw-local.pcap', 101, [udp('10.0.0.1', '10.0.0.2')])
pcap('big-endian.pcap', 1, [IN, IN], order='>')
pcap('nano.pcap', 1, [IN, IN], nano=True)
pcap('snap.pcap', 1, [ether(ETH0, PEER, udp('10.0.0.2', '10.0.0.1',
                                             payload=b'x' * 400, bad=True))],
     snap=60)
pcap('cut.pcap', 1, [IN, IN, IN], cut=10)
pcap('wifi.pcap', 105, [bytes(40), bytes(40)])
pcap('empty.pcap', 1, [])
pcapng('next.pcapng', [IN, IN])
