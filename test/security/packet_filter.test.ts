import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { checkout } from '../../stack/layout.js';

const SCRIPT = join(checkout, 'pipeline/rsyslog/packet_filter.sh');
const NFT = '/usr/sbin/nft';
/** Rules are loaded in a network of their own, which root may make. */
const CAN_FILTER = existsSync(NFT) && spawnSync('unshare', ['-n', NFT, 'list', 'ruleset']).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'rota-filter-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rules = (env: Record<string, string>) =>
  spawnSync('sh', [SCRIPT], { env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' });

describe('the packet filter’s rules', () => {
  it('are for what listens beyond loopback, and nothing else', () => {
    const all = { ROTA_INPUT_RELP: 'on', ROTA_INPUT_RELPS: 'on', ROTA_INPUT_TCP_RAW: 'on', ROTA_INPUT_UDP: 'on' };
    expect(rules({}).stdout).not.toMatch(/dport/);
    const plain = rules(all).stdout;
    expect(plain).toContain('tcp dport { 8031, 8034 } jump connection');
    expect(plain).toContain('udp dport { 8036 } jump allowed');
    const tls = rules({ ...all, ROTA_TLS: 'on', ROTA_PORT_RELPS: '2514' }).stdout;
    expect(tls).toContain('tcp dport { 2514 } jump connection');
    expect(tls).not.toMatch(/udp dport|8031|8034/);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ ROTA_MAX_CONNECTIONS: 'many' }, /ROTA_MAX_CONNECTIONS is "many"; give a whole number/],
    [{ ROTA_MAX_CONNECTIONS_PER_ADDRESS: '5; drop' }, /ROTA_MAX_CONNECTIONS_PER_ADDRESS is "5; drop"/],
    [{ ROTA_INPUT_RELP: 'on', ROTA_PORT_RELP: 'x' }, /ROTA_PORT_RELP is "x"; give a port/],
    [{ ROTA_ALLOWED: '10.0.0.0/8,evil;rule' }, /ROTA_ALLOWED holds "evil;rule"/],
  ])('refuses %o in a sentence', (env, sentence) => {
    const { status, stdout, stderr } = rules(env);
    expect(status).toBe(64);
    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
  });
});

/** Two networks joined by a wire: the server's, with the filter, and the senders', with several addresses. */
const SCENE = `
set -e
unshare -n sleep 60 & other=$!
trap 'kill $other' EXIT
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link add here type veth peer name there
ip link set there netns $other
ip addr add 10.0.0.1/16 dev here; ip link set here up; ip link set lo up
inside() { nsenter -t $other -n "$@"; }
for address in 10.0.1.1 10.0.1.2 10.0.9.9; do inside ip addr add $address/16 dev there; done
inside ip link set there up
sh "$SCRIPT" | ${NFT} -f -
"$NODE" "$FOLDER/server.cjs" & server=$!
trap 'kill $server $other' EXIT
inside "$NODE" "$FOLDER/client.cjs"
`;
const SERVER = `require('node:net').createServer((socket) => socket.on('error', () => {}).resume().write('hello')).listen(8031, '0.0.0.0');`;
const CLIENT = `
const { connect } = require('node:net');
const attempt = (localAddress) => new Promise((resolve) => {
  const socket = connect({ host: '10.0.0.1', port: 8031, localAddress });
  const end = (word) => { clearTimeout(timer); resolve(word); };
  const timer = setTimeout(() => { socket.destroy(); resolve('silence'); }, 3000);
  socket.once('data', () => end('connected')).once('error', (error) => end(error.code));
});
(async () => {
  // Until the server listens: refused attempts leave no connection behind.
  for (;;) { if ((await attempt('10.0.1.1')) === 'connected') break; await new Promise((go) => setTimeout(go, 50)); }
  const words = [];
  for (const address of ['10.0.1.1', '10.0.1.1', '10.0.1.1', '10.0.1.2', '10.0.1.2', '10.0.9.9']) words.push(await attempt(address));
  console.log(JSON.stringify(words));
  process.exit(0);
})();
`;

test.runIf(CAN_FILTER)(
  'a real packet filter admits who is allowed, so many from each address and so many in all',
  () => {
    writeFileSync(join(folder, 'server.cjs'), SERVER);
    writeFileSync(join(folder, 'client.cjs'), CLIENT);
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'bash', '-c', SCENE], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        SCRIPT,
        FOLDER: folder,
        NODE: process.execPath,
        ROTA_INPUT_RELP: 'on',
        ROTA_ALLOWED: '10.0.1.0/24',
        ROTA_MAX_CONNECTIONS: '4',
        ROTA_MAX_CONNECTIONS_PER_ADDRESS: '3',
      },
    });
    expect(JSON.parse(stdout || '[]'), stderr).toEqual([
      // The third and the fourth of one address, …
      'connected',
      'connected',
      'ECONNREFUSED',
      // … the fourth in all, one more, and a stranger.
      'connected',
      'ECONNREFUSED',
      'silence',
    ]);
  },
);

test.skipIf(CAN_FILTER)(
  'the packet filter is NOT tried here: it wants nftables and the right to make a network',
  () => {
    console.warn('test/security/packet_filter.test.ts loaded no rule: install nftables and run as root.');
  },
);
