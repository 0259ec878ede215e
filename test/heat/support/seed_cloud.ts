import type { Cloud } from './cloud';

/** The sizes that rota.yaml's defaults name, as DevStack has them (disks of 1 GB: nothing is stored). */
const FLAVORS = [
  ['m1.small', 2048],
  ['m1.medium', 4096],
  ['m1.large', 8192],
] as const;

/** Puts into the empty cloud what a tenant finds in a real one: flavors, images, a network that leads out. */
export async function seedCloud(cloud: Cloud): Promise<void> {
  for (const [name, ram] of FLAVORS) {
    await cloud.post('nova', '/v2.1/flavors', { flavor: { name, ram, disk: 1, vcpus: 1 } });
  }
  for (const name of ['debian-12', 'ubuntu']) {
    const image = { name, disk_format: 'raw', container_format: 'bare', visibility: 'public' };
    const { id } = await cloud.post<{ id: string }>('glance', '/v2/images', image);
    await cloud.upload(id, Buffer.alloc(1024));
  }
  const { network } = await cloud.post<{ network: { id: string } }>('neutron', '/v2.0/networks', {
    network: {
      name: 'public',
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'public',
    },
  });
  await cloud.post('neutron', '/v2.0/subnets', {
    subnet: { network_id: network.id, ip_version: 4, cidr: '203.0.113.0/24', enable_dhcp: false },
  });
  // Rackspace's servers come with a network; this one stands for it.
  const servicenet = await cloud.post<{ network: { id: string } }>('neutron', '/v2.0/networks', {
    network: { name: 'servicenet', shared: true },
  });
  await cloud.post('neutron', '/v2.0/subnets', {
    subnet: {
      name: 'servicenet',
      network_id: servicenet.network.id,
      ip_version: 4,
      cidr: '10.88.0.0/24',
      enable_dhcp: false,
    },
  });
}
