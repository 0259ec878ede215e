import type { HealthData, RotationData } from '../../common/api';
import { healthRequestSchema, rotationRequestSchema } from '../../common/api';
import { Context } from '../context';
import type { RotaHost, SearchClient } from '../host';
import { answerHealth } from '../questions/health';
import { answerRotation } from '../questions/rotation';
import { AnswerCache } from '../search/cache';

/** Health and Rotation of the last minutes, by the functions that answer the pages. */
export async function assessNow(
  host: RotaHost,
  elasticsearch: SearchClient,
  now: number,
  windowMs: number,
): Promise<{ health: HealthData; rotation: RotationData; partial: boolean }> {
  const range = { from: new Date(now - windowMs).toISOString(), to: new Date(now).toISOString() };
  const request = { body: {}, elasticsearch, principal: null, signal: new AbortController().signal };
  const context = new Context(host, request, new AnswerCache(1, 0), now);
  const health = await answerHealth(healthRequestSchema.parse(range), context);
  const rotation = await answerRotation(rotationRequestSchema.parse({ ...range, parts: ['overview'] }), context);
  return { health, rotation, partial: context.reasons.length > 0 };
}
