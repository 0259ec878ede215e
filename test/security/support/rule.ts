import { alertParamsSchema } from '../../../common/alerting';
import { recordEvents } from '../../../server/alerting/record_events';
import { registerRuleType } from '../../../server/alerting/rule_type';
import type { RotaHost, SearchClient } from '../../../server/host';
import { hostileBodies, type Times } from './bodies';

type Ask = (route: string, what: string, run: () => Promise<{ status: number; body: unknown }>) => Promise<void>;

interface RuleType {
  validate: { params: { validate(params: unknown): unknown } };
  executor(options: unknown): Promise<unknown>;
}

/** What a saved rule may hold: its parameters, as Kibana hands them over, and what the rule and the recording then ask. */
export async function hostileParams(
  suite: string,
  host: RotaHost,
  elasticsearch: SearchClient,
  times: Times,
  ask: Ask,
): Promise<void> {
  let rule: RuleType | undefined;
  registerRuleType(
    {
      registerType: (type) => {
        rule = type as unknown as RuleType;
      },
    },
    host,
    { serverBasePath: '' },
  );
  const { validate, executor } = rule!;
  if (suite === 'bodies') {
    for (const { what, body } of hostileBodies(alertParamsSchema, times)) {
      await ask('rule parameters', what, async () => {
        try {
          return { status: 200, body: validate.params.validate(body) as object };
        } catch (error) {
          return { status: 400, body: { code: 'invalid_request', message: (error as Error).message } };
        }
      });
    }
    return;
  }
  for (const window_min of [1, 15, 1440]) {
    const services = {
      scopedClusterClient: { asCurrentUser: elasticsearch },
      alertFactory: { create: () => ({ scheduleActions: () => undefined }) },
    };
    const options = { params: { window_min, min_users_hurt: 0 }, services, previousStartedAt: null, state: {} };
    await ask('rule', `${window_min} minutes`, async () => ({
      status: 200,
      body: (await executor(options)) as object,
    }));
  }
  const now = Date.parse(times.to);
  for (const end of [now, now - 60_000]) {
    await ask('recording', `up to ${new Date(end).toISOString()}`, async () => ({
      status: 200,
      body: await recordEvents(host, elasticsearch, now, end),
    }));
  }
}
