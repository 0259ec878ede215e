import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../indexer/senders/address';
import { list, requireAddress } from '../indexer/shape/setting_values';

const RFC5424 =
  /^(?:\d{1,9} )?<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+)(?: (.*))?$/s;

/** Who may hand lines over and say from whom they are (`ROTA_LOGSTASH_RSYSLOG`): this machine, unless told otherwise. */
export function readRelays(env: Readonly<Record<string, string | undefined>>): BlockList {
  const relays = new BlockList();
  for (const network of list(env['ROTA_LOGSTASH_RSYSLOG'] || '127.0.0.0/8,::1')) {
    requireAddress('ROTA_LOGSTASH_RSYSLOG', network);
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) relays.addAddress(address, family);
    else relays.addSubnet(address, Number(bits), family);
  }
  return relays;
}

/**
 * What came to Logstash's input, as rsyslog hands a line to the indexer (pipeline/rsyslog/message.conf): that form itself, or a bare
 * RFC 5424 line of an agent.
 * @param line Latin-1, a character a byte
 * @param address who sent it to Logstash
 * @param relays whose words about the sender are believed; undefined: anyone's, for there is no table of senders
 */
export function handedOver(line: string, address: string, relays: BlockList | undefined, now: string): string {
  const tab = line.indexOf('\t');
  if (!line.startsWith('{"in":') || tab === -1) return bare(line.replace(/\r$/, ''), address, now) ?? line;
  return relays === undefined || isRelay(address, relays) ? line : fromStranger(line, tab, address);
}

function isRelay(address: string, relays: BlockList): boolean {
  const plain = plainAddress(address);
  return plain !== undefined && relays.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

function fromStranger(line: string, tab: number, address: string): string {
  try {
    const header = { ...JSON.parse(line.slice(0, tab)), in: 'logstash', from: address };
    return `${JSON.stringify(header)}${line.slice(tab)}`;
  } catch {
    return line;
  }
}

function bare(line: string, from: string, rcv: string): string | undefined {
  const found = RFC5424.exec(line);
  if (!found) return undefined;
  const [, pri, ts, h, app, pid, mid, sd, message = ''] = found;
  const header = { in: 'logstash', from, ts, rcv, pri, id: '', ver: '1', d: '', h, app, pid, mid, sd, lf: '' };
  return `${JSON.stringify(header)}\t${message}`;
}
