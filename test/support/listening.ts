import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One socket that waits for whoever comes. */
export interface Listening {
  protocol: 'tcp' | 'udp';
  /** As the kernel has it: `127.0.0.1`, `0.0.0.0`, `::`, … */
  address: string;
  port: number;
}

const TCP_LISTEN = '0A';
/** A UDP socket that is bound and not connected. */
const UDP_UNCONNECTED = '07';

/** What a process and its children listen on, from the kernel's own tables (proc(5), /proc/net/tcp). */
export function listeningOf(pid: number): Listening[] {
  const inodes = new Set(family(pid).flatMap(socketsOf));
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'latin1')
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((row) => {
        const fields = row.trim().split(/\s+/);
        const state = table.startsWith('tcp') ? TCP_LISTEN : UDP_UNCONNECTED;
        if (fields[3] !== state || !inodes.has(fields[9] as string)) return [];
        const [address = '', port = ''] = (fields[1] as string).split(':');
        return [
          {
            protocol: table.slice(0, 3) as Listening['protocol'],
            address: readAddress(address),
            port: Number.parseInt(port, 16),
          },
        ];
      }),
  );
}

/** Whether only this machine can reach it. */
export function isLoopback({ address }: Listening): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

function family(pid: number): number[] {
  let children: number[] = [];
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    children = text.split(' ').filter(Boolean).map(Number);
  } catch {
    // It has ended meanwhile.
  }
  return [pid, ...children.flatMap(family)];
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Words of four bytes in the machine's own order (little-endian wherever this runs). */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))) {
    return `::ffff:${bytes.subarray(12).join('.')}`;
  }
  const groups = Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(n * 2).toString(16));
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}
