import type { CollectedTemplate } from '../support/template_files';

// biome-ignore lint/suspicious/noExplicitAny: a template is a tree of whatever; these changes reach into it by name
type Tree = any;

export interface Breakage {
  /** What is wrong, as the test's name says it. */
  name: string;
  /** Which file is broken; the entry when it is left out. */
  file?: string;
  change: (template: Tree) => void;
  /** What Heat must say. */
  says: RegExp;
}

const properties = (template: Tree, resource: string) => template.resources[resource].properties;

/** Mistakes of the kinds that are made when templates are edited by hand. */
export const BROKEN: Breakage[] = [
  {
    name: 'an unknown resource type',
    change: (t) => {
      t.resources.pool.type = 'OS::Octavia::Pol';
    },
    says: /OS::Octavia::Pol/,
  },
  {
    name: 'an unknown property',
    change: (t) => {
      properties(t, 'balancer').vip_subnets = 'x';
    },
    says: /vip_subnets/,
  },
  {
    name: 'a missing property',
    change: (t) => {
      delete properties(t, 'monitor').delay;
    },
    says: /delay/,
  },
  {
    name: 'a reference to a resource that is not there',
    change: (t) => {
      properties(t, 'monitor').pool = { get_resource: 'pol' };
    },
    says: /pol/,
  },
  {
    name: 'a parameter that is not declared',
    change: (t) => {
      properties(t, 'web_tier').count = { get_param: 'frontend_count' };
    },
    says: /frontend_count/,
  },
  {
    name: 'an attribute that the resource does not have',
    change: (t) => {
      t.outputs.lb_public_ip.value = { get_attr: ['balancer', 'vip_adress'] };
    },
    says: /vip_adress/,
  },
  {
    name: 'an unknown balancing algorithm',
    change: (t) => {
      properties(t, 'pool').lb_algorithm = 'LEAST_CONECTIONS';
    },
    says: /LEAST_CONECTIONS/,
  },
  {
    name: 'a port that is none',
    change: (t) => {
      properties(t, 'listener').protocol_port = 70000;
    },
    says: /70000|65535/,
  },
  {
    name: 'a protocol that the listener does not speak',
    change: (t) => {
      properties(t, 'listener').protocol = 'HTPP';
    },
    says: /HTPP/,
  },
  {
    name: 'too many probes before a member is dropped',
    change: (t) => {
      properties(t, 'monitor').max_retries = 11;
    },
    says: /max_retries|11/,
  },
  {
    name: 'a network that is none',
    change: (t) => {
      properties(t, 'edge_subnet').cidr = '10.77.1.0/240';
    },
    says: /10\.77\.1\.0\/240/,
  },
  {
    name: 'a rule with a port above 65535',
    file: 'rota/security.yaml',
    change: (t) => {
      properties(t, 'site_to_frontends').port_range_max = 80000;
    },
    says: /80000|65535/,
  },
  {
    name: 'a default that breaks its own constraint',
    change: (t) => {
      t.parameters.frontends.default = 0;
    },
    says: /frontends/,
  },
  {
    name: 'a circle of dependencies',
    change: (t) => {
      t.resources.edge_net.depends_on = ['listener'];
    },
    says: /[Cc]ircular/,
  },
  {
    name: 'a condition that is not declared',
    change: (t) => {
      t.resources.floating_ip.condition = 'has_network';
    },
    says: /has_network/,
  },
  {
    name: 'a group with a negative count',
    change: (t) => {
      properties(t, 'log_tier').count = -1;
    },
    says: /-1|count/,
  },
  {
    name: 'a nested template that gets a property it has no parameter for',
    change: (t) => {
      properties(t, 'kibana').ports = 'x';
    },
    says: /ports/,
  },
  {
    name: 'a nested template that misses a value',
    change: (t) => {
      delete properties(t, 'kibana').port;
    },
    says: /port/,
  },
  {
    name: 'an unknown property of a server in a nested template',
    file: 'rota/frontend.yaml',
    change: (t) => {
      properties(t, 'server').userdata = 'x';
    },
    says: /userdata/,
  },
  {
    name: 'a format of user_data that Nova does not know, two levels down',
    file: 'rota/webapp.yaml',
    change: (t) => {
      properties(t, 'server').user_data_format = 'YAML';
    },
    says: /YAML/,
  },
  {
    name: 'a member without an address in a nested template',
    file: 'rota/frontend.yaml',
    change: (t) => {
      delete properties(t, 'member').address;
    },
    says: /address/,
  },
  {
    name: 'a reference to a resource that is not there, two levels down',
    file: 'rota/webapp.yaml',
    change: (t) => {
      properties(t, 'ready').handle = { get_resource: 'handel' };
    },
    says: /handel/,
  },
];

/** @returns the template with that one mistake in it */
export function breakTemplate(collected: CollectedTemplate, { change }: Breakage): CollectedTemplate {
  const tree: Tree = JSON.parse(collected.template);
  change(tree);
  return { ...collected, template: JSON.stringify(tree) };
}
