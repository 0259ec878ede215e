/**
 * Health checks of balancers and orchestrators, by a part of their User-Agent as their makers document it. Each says who may take
 * turns in a pool.
 */
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
] as const;

/** Programs that watch a site from outside: their probes say whether users could come in, never who is in a balancer's pool. */
export const WATCHERS = [
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
] as const;

/**
 * What is a probe unless settings say otherwise, on every tier alike (`ROTA_HEALTH_AGENTS`, `ROTA_HEALTH_PATHS`,
 * `ROTA_HEALTH_METHODS`). Agents are parts of a User-Agent; paths and methods hold for probes without one (HAProxy, Octavia).
 */
export const PROBES = {
  agents: [...BALANCER_AGENTS, 'Uptime-Kuma', 'Zabbix'],
  paths: ['/'],
  methods: ['GET', 'HEAD', 'OPTIONS'],
} as const;
