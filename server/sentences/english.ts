import { count, duration, list, percent, plural, points } from '../../common/format';
import { DELIVERY } from './delivery';

/**
 * Every sentence about the site, for pages, alerts and records alike. The model says what it has to say by an id and values;
 * it is put into words here, last. Another language is another file of the same keys.
 */
const ENGLISH = {
  ...DELIVERY,
  as_recorded: ({ text }: { text: string }) => text,
  'out.said_down': ({ reason }: { reason: string | null }) =>
    reason === null ? 'The balancer reported it down.' : `The balancer reported it down: ${reason}.`,
  'out.drained': () => 'It was drained: nothing is due to it, and this is no failure.',
  'out.maintenance': () => 'It was put into maintenance: nothing is due to it, and this is no failure.',
  'out.probes_failed': ({ fall, statuses }: { fall: number; statuses: (number | null)[] }) =>
    `${fall} probes in a row failed (${statuses.map((status) => (status === null ? 'no answer' : String(status))).join(', ')}).`,
  'out.attempts_failed': ({ fails, timeout }: { fails: number; timeout: number }) =>
    `${fails} failed ${fails === 1 ? 'attempt' : 'attempts'} took it out for ${timeout} s.`,
  'out.tried_again': ({ timeout }: { timeout: number }) => `Tried again after ${timeout} s, failed.`,
  'out.tries_failed': ({ tries }: { tries: number }) => `${plural(tries, 'further try', 'further tries')} failed.`,
  'out.failed_in': ({ failed, ms }: { failed: number; ms: number }) => `${count(failed)} × 5XX in ${duration(ms)}.`,
  'out.behind': ({ hosts }: { hosts: string[] }) =>
    `${list(hosts)} ${hosts.length === 2 ? 'both ' : hosts.length > 2 ? 'all ' : ''}answered 5XX.`,
  outage: ({ by, pool, hosts }: { by: string; pool: string | null; hosts: string[] }) =>
    `${by} had no server left${pool === null ? '' : ` in ${pool}`}: ${list(hosts)} ${hosts.length === 1 ? 'was' : hosts.length === 2 ? 'were both' : 'were all'} out.`,
  burst: ({ failed, hidden }: { failed: number; hidden: number }) =>
    `It answered 5XX ${plural(failed, 'time')} and stayed in its pool.${hidden > 0 ? ` Retries hid ${count(hidden)}.` : ''}`,
  'balancer.queue': ({ failed }: { failed: number }) =>
    `It answered 5XX itself ${plural(failed, 'time')}: requests waited too long for a free server.`,
  'balancer.refused': ({ failed }: { failed: number }) =>
    `It answered 5XX itself ${plural(failed, 'time')}, without asking a server.`,
  'silent.untold': () =>
    'No line of its own and no probe, while the other frontends were served: it stopped, or its logging did.',
  'silent.told': ({ by, turns }: { by: string; turns: number }) =>
    `No lines of its own, yet ${by} logged at least ${plural(turns, 'turn')} it served: the logging stopped, not the service.`,
  all_silent: () =>
    'No line of anybody any more, where many were due: the site is down, or the way of its lines is (rsyslog, the indexer, the network).',
  clock: ({ n, ms }: { n: number; ms: number }) =>
    `${plural(n, 'line')} bear a time ${duration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} their receipt: its clock is off. The lines came.`,
  deploy: ({ before, after, hosts, ms }: { before: string; after: string; hosts: number; ms: number }) =>
    `\`service.version\` ${before} → ${after}${hosts > 1 ? `, ${plural(hosts, 'host')} within ${duration(ms)}` : ''}.`,

  'join.request_id': ({ name, host }: { name: string; host: string }) =>
    `${name} is ${host}: both logged the same request ids.`,
  'join.address': ({ name, host }: { name: string; host: string }) =>
    `${name} is ${host}: it says that it listens there.`,
  'join.own_machine': ({ name, host }: { name: string; host: string }) =>
    `${name} is ${host}: the address is the frontend’s own machine.`,
  'join.declaration': ({ name, host }: { name: string; host: string }) => `${name} is ${host}: \`rota.hosts\` says so.`,
  'join.name': ({ name, host }: { name: string; host: string }) =>
    `${name} is taken to be ${host}, for the name is the same.`,
  'join.several': ({ name, hosts }: { name: string; hosts: string[] }) =>
    `Several hosts stand behind ${name} (${list(hosts)}): their turns are counted from their own lines.`,

  'source.silent_balancer': () => 'The balancer wrote no lines here; the frontends’ own lines are counted.',
  'source.unnamed_service': () =>
    'The balancer’s lines do not say which service they were for; the frontends’ own lines are counted.',
  'source.balancer_partial': ({ balancers, share }: { balancers: string[]; share: number }) =>
    `The lines of ${list(balancers)} cover ${percent(share)} of what the frontends logged (another balancer, or only failures are logged); the frontends’ own lines are counted.`,
  'source.own_lines': () => 'The frontends’ lines name no upstream; the webapps’ own lines are counted.',
  'source.mixed': ({ hosts }: { hosts: string[] }) =>
    `The turns of ${list(hosts)} are counted from their own lines; the others’ from the frontends’.`,
  'source.shared': ({ places, hosts }: { places: string[]; hosts: string[] }) =>
    `Several hosts stand behind ${list(places)}: the turns of ${list(hosts)} are counted from their own lines.`,
  'source.unplaced': ({ turns, tellers }: { turns: number; tellers: string[] }) =>
    `${plural(turns, 'turn')} of ${list(tellers)} are not counted: its log names no upstream.`,

  'unknown.upstreams': ({ tellers }: { tellers: string[] }) =>
    `Which webapp took the turns of ${list(tellers)} is not known, because the log format there names no upstream.`,
  'mend.upstreams': () =>
    'access_log … rota; (pipeline/nginx/rota_log_format.conf), or add $upstream_addr to log_format',
  'unknown.names': ({ servers, hosts }: { servers: string[]; hosts: string[] }) =>
    `Which of ${list(hosts)} the balancer means by ${list(servers)} is not known, because no request id stands in both logs.`,
  'mend.names': () =>
    'unique-id-format and log-format of pipeline/haproxy/haproxy.cfg, or rota.hosts: { "srv1": "edge-a" }',
  'unknown.worker_local': ({ host, by, said }: { host: string; by: string; said: boolean }) =>
    !said
      ? `Attempts of several workers of ${by} at ${host} failed, of none often enough to give it up alone: whether they share what they know, and what was due to it meanwhile, is not known.`
      : `${by} said that it gave up ${host}, yet went on giving it turns: single workers did. What was due to it meanwhile is not known.`,
  'mend.worker_local': () => 'zone upstreams 64k; (in the upstream block: all workers then share its state)',
  'unknown.idle': ({ host }: { host: string }) =>
    `${host} is in its pool and got no turn. Whether it is a backup, has weight 0 or is left out is not known.`,
  'mend.idle': ({ host }: { host: string }) => `rota.weights: { "${host}": 0 } would say that nothing is due to it`,
  'unknown.frontends_pool': () =>
    'Who stood in the balancer’s pool is not known, because it writes no lines and no probe of its own was seen.',
  'mend.frontends_pool': () => 'option log-health-checks (HAProxy), or a monitor that asks each frontend over HTTP',
  'unknown.foreign_probes': ({ source, path, by }: { source: string; path: string; by: 'agent' | 'turns' }) =>
    by === 'agent'
      ? `The probes of ${source} for ${path} come from a watcher outside: they do not say who is in a pool.`
      : `The probes of ${source} for ${path} failed while users were served: they are not the balancer’s.`,
  'unknown.sticky': ({ teller, pool, certain }: { teller: string; pool: string | null; certain: boolean }) =>
    certain
      ? `${teller}’s users stay with their server${pool === null ? '' : ` of ${pool}`}: whoever came, came to the same. What was due to each is not known.`
      : `Whether ${teller}’s users stay with their server${pool === null ? '' : ` of ${pool}`} is not known: too few came again. So what was due to each is not known.`,
  'mend.sticky': () => 'no `cookie … insert`, `balance source`, `ip_hash` or `hash`, where sessions do not need it',
  'unknown.untold': ({ hosts, requests }: { hosts: string[]; requests: number }) =>
    `${list(hosts)} wrote of ${count(requests)} requests more than the lines above tell of: a frontend or balancer writes none, its lines were lost, or somebody asks past it. These are not counted.`,
  'mend.untold': () => 'an access log of every frontend and balancer, sent by TCP: datagrams are lost without a word',
  'unknown.ended': ({ teller, since }: { teller: string; since: number }) =>
    `${teller} wrote nothing after ${new Date(since).toISOString().slice(11, 19)} UTC: whom it took out, or let in again, since then is not known.`,
  'mend.ended': ({ teller }: { teller: string }) => `see whether ${teller} runs, and where its log goes`,
  'unknown.forgotten': ({ teller, server, renamed }: { teller: string; server: string; renamed: boolean }) =>
    renamed
      ? `${teller} had ${server} out when its servers were named anew, and does not say when that was: until when its host was out is not known.`
      : `${teller} said twice that ${server} is down, and not that it came up in between: it began anew, and does not say when. Until when ${server} was out is not known.`,
  'mend.forgotten': () => 'load-server-state-from-file global (HAProxy then remembers its servers’ states in a reload)',
  'unknown.gone': ({ host }: { host: string }) =>
    `Nothing of ${host} came any more, nor of probes to it: whether it fell or was taken away is not known, because no balancer writes of it.`,
  'mend.gone': () => 'log-format and log of pipeline/haproxy/haproxy.cfg: HAProxy says whom it takes out, and why',
  'unknown.pools': ({ tellers }: { tellers: string[] }) =>
    `Which webapps share the turns of ${list(tellers)} is not known, because the log format there names no upstream pool. What was due to each is not known.`,
  'mend.pools': () => 'access_log … rota; (pipeline/nginx/rota_log_format.conf), or add $proxy_host to log_format',
  'unknown.behind': ({ place, host, elsewhere }: { place: string; host: string; elsewhere: boolean }) =>
    elsewhere
      ? `Requests to ${place} came to ${host}, which says that it listens elsewhere: whether ${place} is ${host}, or a proxy before it that writes no log, is not known.`
      : `Requests to ${place} came to ${host}, which did not write of as many: whether others stand there, too, or its lines were lost, is not known.`,
  'mend.behind': ({ place, host }: { place: string; host: string }) =>
    `an access log of whatever stands at ${place}; or rota.hosts: { "${place}": "${host}" }`,
  'unknown.lossy': ({ hosts, requests }: { hosts: string[]; requests: number }) =>
    `${list(hosts)} wrote of ${count(requests)} requests fewer than the balancer gave: lines were lost, or are on their way. Which webapps took these is not known.`,
  'mend.lossy': () => 'access lines sent by TCP or read from a file: datagrams are lost without a word',
  'unknown.unmatched': ({ hosts, places }: { hosts: string[]; places: string[] }) =>
    places.length === 0
      ? `Who gave ${list(hosts)} its requests is not known: no line of a frontend or balancer names it.`
      : `Which of ${list(hosts)} is ${list(places)} is not known, so nobody can say whether all requests are told above.`,
  'mend.unmatched': ({ hosts, places }: { hosts: string[]; places: string[] }) =>
    places.length === 0
      ? 'an access log of every frontend and balancer'
      : `the request’s id in the webapp’s access log; or rota.hosts: { "${places[0]}": "${hosts[0]}" }`,
  'unknown.tried': ({ hosts }: { hosts: string[] }) =>
    `Whether users got the 5XX of ${list(hosts)} is not known, because no frontend or balancer writes: it may have asked another webapp, and such a request counts twice here.`,
  'mend.tried': () => 'an access log of whatever stands before the webapps',
  'unknown.handed_over': ({ place, hosts }: { place: string; hosts: string[] }) =>
    `${place} passed from one of ${list(hosts)} to the other, and their own lines do not tell who took some of the turns of that time.`,
  'mend.handed_over': () => 'an address of its own for each host',
  'unknown.clock': ({ hosts }: { hosts: string[] }) =>
    `Which lines of ${list(hosts)} belong to this range is not known, because ${hosts.length === 1 ? 'its clock is' : 'their clocks are'} off: other requests are counted in their place.`,
  'mend.clock': () => 'chronyd or systemd-timesyncd on that host',
  'unknown.late': ({ hosts, ms }: { hosts: string[]; ms: number }) =>
    `Lines of ${list(hosts)} come ${duration(ms)} after the time that they bear (they are late, or a clock is behind): what was written since is not all there.`,
  'mend.late': ({ ms }: { ms: number }) =>
    `rota.in_flight_s: ${Math.ceil(ms / 1000)} would say that they always do; else see how far its agent is behind`,
  'unknown.steps': ({ ms }: { ms: number }) =>
    `Bursts shorter than ${duration(ms)} are not told apart: in so long a range there are too many hosts for minutes.`,
  'mend.steps': () => 'a shorter time range',
  'alert.happened': ({
    host,
    title,
    cause,
    hurt,
  }: {
    host: string | null;
    title: string;
    cause: string;
    hurt: number;
  }) =>
    `${host ?? 'The whole site'}: ${title.toLowerCase()}. ${cause}${hurt > 0 ? ` ${plural(hurt, 'user request')} ${hurt === 1 ? 'was' : 'were'} hurt.` : ''}`,
  'alert.uneven': ({ host, share, due, off }: { host: string; share: number; due: number; off: number }) =>
    `${host} got ${percent(share)} where ${percent(due)} was due (${points(off)} points).`,
  'quiet.writers': ({ hosts }: { hosts: string[] }) =>
    `${list(hosts)} ${hosts.length === 1 ? 'writes' : 'write'} no log of ${hosts.length === 1 ? 'its' : 'their'} own to Rota.`,
} as const;

type Sentences = typeof ENGLISH;
export type SentenceId = keyof Sentences;
export type Said = {
  [Id in SentenceId]: { id: Id; values: Parameters<Sentences[Id]> extends [infer V] ? V : Record<string, never> };
}[SentenceId];

export function say(said: Said): string {
  return (ENGLISH[said.id] as (values: unknown) => string)(said.values);
}

export function sayAll(all: readonly Said[]): string {
  return all.map(say).join(' ');
}
