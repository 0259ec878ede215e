import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Input, inputsOf } from '../server_settings';
import { bad, type Finding, good, notKnown, warning } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 5_000;
const OFFERS = 'relp_version=0\nrelp_software=rota-setup\ncommands=syslog';

/** Whether what the server is to listen on does. */
export async function checkInputs(env: Environment): Promise<Finding[]> {
  const inputs = inputsOf(env);
  if (inputs.length === 0) {
    return [bad('inputs', 'the log server takes nothing: none is asked for', 'set ROTA_INPUT_RELPS=on in log.env')];
  }
  return Promise.all(inputs.map(checkInput));
}

async function checkInput(input: Input): Promise<Finding> {
  const what = `input ${input.title}`;
  if (input.address === undefined) {
    return bad(what, 'shut, since it wants certificates', 'set ROTA_TLS=on and ROTA_TLS_CA, _CERT, _KEY');
  }
  const where = `${input.address}, port ${input.port}`;
  const listens = input.name === 'UDP' ? udpListens(input.port) : await accepts(input.address, input.port);
  if (listens === undefined) return notKnown(what, `whether it listens on ${where}`);
  if (!listens) {
    return bad(what, `nothing listens on ${where}`, 'systemctl start rota-log; its rsyslog.log says why it does not');
  }
  return input.clear
    ? warning(what, `listens on ${where}, in the clear`, 'use RELP with TLS, or let only trusted networks reach it')
    : good(what, `listens on ${where}`);
}

/** UDP answers nobody: the kernel's table says whether somebody has the port. */
function udpListens(port: number): boolean | undefined {
  const local = new RegExp(`^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} `, 'm');
  try {
    return ['/proc/net/udp', '/proc/net/udp6'].some((path) => local.test(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the agent reaches its server, and by TLS whether each believes the other. */
export async function checkServerOf(env: Environment): Promise<Finding> {
  const [host, port] = [env['ROTA_SERVER'] || '127.0.0.1', Number(env['ROTA_SERVER_PORT'] || 8031)];
  const what = `log server ${host}, port ${port}`;
  if (env['ROTA_TLS'] !== 'on') {
    return (await accepts(host, port))
      ? good(what, 'answers')
      : bad(what, 'does not answer', 'is rota-log running there, and may this host reach that port?');
  }
  const problem = await handshake(env, host, port);
  return problem === undefined ? good(what, 'answers, by TLS, under its right name') : problem(what);
}

function handshake(env: Environment, host: string, port: number): Promise<((what: string) => Finding) | undefined> {
  const files = ['ROTA_TLS_CA', 'ROTA_TLS_CERT', 'ROTA_TLS_KEY'].map((name) => env[name] ?? '');
  const peer = env['ROTA_TLS_PEER'] ?? '';
  return new Promise((resolve) => {
    let options: { ca: Buffer; cert: Buffer; key: Buffer };
    try {
      const [ca, cert, key] = files.map((path) => readFileSync(path)) as [Buffer, Buffer, Buffer];
      options = { ca, cert, key };
    } catch (error) {
      const { message } = error as Error;
      resolve((what) => notKnown(what, message, 'run this as root'));
      return;
    }
    // rsyslog compares names with ROTA_TLS_PEER, not with the address.
    const socket = connectTls({ ...options, host, port, ...(peer === '' ? {} : { servername: peer }) });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`nothing within ${PATIENCE_MS / 1000} s`)));
    // By TLS 1.3 a client learns only behind its own handshake that it is refused: who gets an answer to RELP's `open` is believed.
    socket.once('secureConnect', () => socket.write(`1 open ${OFFERS.length} ${OFFERS}\n`));
    let failure: Error | undefined;
    socket.once('error', (error) => {
      failure = error;
    });
    let answered = false;
    socket.once('data', () => {
      answered = true;
      socket.destroy();
    });
    socket.once('close', () => {
      if (answered) return resolve(undefined);
      const why = failure?.message ?? 'it ended the connection';
      resolve((what) =>
        bad(
          what,
          why,
          failure && /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|nothing within/.test(why)
            ? 'is rota-log running there, and may this host reach that port?'
            : "ROTA_TLS_PEER must be a name in the server's certificate, and both must be signed by ROTA_TLS_CA",
        ),
      );
    });
  });
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host === '0.0.0.0' ? '127.0.0.1' : host, port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('timeout')));
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
