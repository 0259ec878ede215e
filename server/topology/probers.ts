/**
 * Programs that watch a site from outside: their probes say whether users could come in, never who is in a balancer's pool.
 * By their User-Agent, as their makers document it.
 */
const WATCHERS = [
  'Uptime-Kuma',
  'UptimeRobot',
  'Pingdom',
  'Site24x7',
  'StatusCake',
  'Better Uptime',
  'Better Stack',
  'Datadog',
  'Zabbix',
  'check_http',
  'Nagios',
  'Icinga',
  'NewRelic',
  'Blackbox',
  'Blackbox Exporter',
  'Prometheus',
  'Freshping',
  'HetrixTools',
  'updown.io',
  'Checkly',
  'GoogleStackdriverMonitoring',
  'Elastic-Heartbeat',
];

/** Health checks of balancers and orchestrators. */
export const BALANCER_AGENTS = [
  'HAProxy',
  'Octavia',
  'Rackspace',
  'ELB-HealthChecker',
  'GoogleHC',
  'kube-probe',
  'Envoy/HC',
  'Consul Health Check',
  'Amazon-Route53-Health-Check-Service',
  'Rota-Health-Check',
  'Edge Health Probe',
  'Load Balancer Agent',
];

export function isWatcher(agent: string | null): boolean {
  return agent !== null && WATCHERS.some((name) => agent.toLowerCase().includes(name.toLowerCase()));
}
