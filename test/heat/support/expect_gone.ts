import { expect } from 'vitest';
import type { Cli } from './cli';
import type { Cloud } from './cloud';

/** `heat stack-delete` returns at once; waits for the end of it. */
export async function stackIsGone(cli: Cli, name: string) {
  await expect
    .poll(
      async () =>
        (await cli.json<{ 'Stack Name': string; 'Stack Status': string }[]>('stack', 'list')).filter(
          (stack) => stack['Stack Name'] === name,
        ),
      {
        timeout: 600_000,
        interval: 1000,
      },
    )
    .toEqual([]);
}

/** Nothing of any stack is left in the project. */
export async function expectEmpty(cloud: Cloud) {
  expect(await cloud.servers()).toEqual([]);
  expect(await cloud.octavia('loadbalancers')).toEqual([]);
  expect(await cloud.neutron('ports')).toEqual([]);
  expect(await cloud.neutron('routers')).toEqual([]);
  expect(await cloud.neutron('networks')).toEqual([]);
  const groups = await cloud.neutron<{ name: string }>('security-groups');
  expect(groups.filter(({ name }) => name !== 'default')).toEqual([]);
}

/** Waits for a status, such as the end of a rollback, which the client does not wait for. Says why when it is another. */
export async function stackIs(cli: Cli, name: string, status: string) {
  const show = async () =>
    (await cli.json<{ stack_status: string }>('stack', 'show', name, '-c', 'stack_status')).stack_status;
  await expect.poll(show, { timeout: 600_000, interval: 2000 }).not.toMatch(/_IN_PROGRESS$|^(CREATE|UPDATE)_FAILED$/);
  const reached = await show();
  if (reached !== status) throw new Error(`${name} is ${reached}, not ${status}.\n${await whatHappened(cli, name)}`);
}

/** Deletes a stack and waits for the end of it. @throws Error with the stack's failures and events */
export async function deleteStack(cli: Cli, name: string) {
  const deleted = await cli.openstack('stack', 'delete', '-y', '--wait', name);
  if (deleted.code !== 0) throw new Error(`${name} stayed.\n${deleted.text}\n${await whatHappened(cli, name)}`);
}

async function whatHappened(cli: Cli, name: string) {
  const why = await cli.openstack('stack', 'failures', 'list', '--long', name);
  const events = await cli.openstack('stack', 'event', 'list', '--nested-depth', '5', name);
  return `${why.text}\n${events.text.slice(-8000)}`;
}
