/** A line from rsyslog with other members in its header: tab-separated, the header is JSON (pipeline/rsyslog/message.conf). */
export function withHeader(line: Buffer, change: (header: Record<string, string>) => Record<string, string>): Buffer {
  const tab = line.indexOf(9);
  // Latin-1 keeps each byte.
  const header = JSON.parse(line.toString('latin1', 0, tab)) as Record<string, string>;
  return Buffer.concat([Buffer.from(JSON.stringify(change(header)), 'latin1'), line.subarray(tab)]);
}

/**
 * The same message as it comes a second time: received later, by another input, from a host whose address changed. What was followed
 * in a file was read again, renamed meanwhile, by an agent whose clock and zone moved on; an SDK marks what it repeats.
 */
export function again(line: Buffer): Buffer {
  return withHeader(line, (header) => {
    const { sd = '-', ts = '' } = header;
    const file = /^\[rota@32473 .* file="[^"]+"/.test(sd);
    return {
      ...header,
      rcv: '2026-12-01T03:04:05.678901+00:00',
      from: '10.99.0.9',
      in: 'relps',
      ts: file ? ts.replace(/^.*$/, '2026-12-01T04:04:05.600000+01:00') : ts,
      sd: file ? sd.replace(/( file="[^"]+)"/, '$1.1"') : sd.includes('[meta') ? `[sdk@32473 resend="1"]${sd}` : sd,
    };
  });
}
