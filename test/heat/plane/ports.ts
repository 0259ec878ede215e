import { isFree } from '../../../stack/ports';
import { SERVICES, type ServiceName } from './layout';
import { PlaneError } from './processes';

/** Finds a free block of loopback ports, one a service, from `first` upwards in steps of 100. */
export async function findPorts(first = 24000): Promise<Record<ServiceName, number>> {
  for (let base = first; base < first + 1000; base += 100) {
    const ports = SERVICES.map((_, index) => base + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
      return Object.fromEntries(SERVICES.map((name, index) => [name, base + index])) as Record<ServiceName, number>;
    }
  }
  throw new PlaneError('ROTA_PLANE_START', `No free block of ports between ${first} and ${first + 1000}.`);
}
