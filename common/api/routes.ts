import type { z } from 'zod';
import { deliveryDataSchema, deliveryRequestSchema } from './delivery';
import { fieldsDataSchema, fieldsRequestSchema } from './fields';
import { healthDataSchema, healthRequestSchema } from './health';
import { requestsDataSchema, requestsRequestSchema } from './requests';
import { rotationDataSchema, rotationRequestSchema } from './rotation';
import { traceDataSchema, traceRequestSchema } from './trace';

export const API_BASE = '/internal/rota/v1';

/** Every JSON route: its path, what it takes, what `data` in its answer is. */
export const API = {
  rotation: { path: `${API_BASE}/rotation`, request: rotationRequestSchema, data: rotationDataSchema },
  health: { path: `${API_BASE}/health`, request: healthRequestSchema, data: healthDataSchema },
  requests: { path: `${API_BASE}/requests`, request: requestsRequestSchema, data: requestsDataSchema },
  trace: { path: `${API_BASE}/trace`, request: traceRequestSchema, data: traceDataSchema },
  delivery: { path: `${API_BASE}/delivery`, request: deliveryRequestSchema, data: deliveryDataSchema },
  fields: { path: `${API_BASE}/fields`, request: fieldsRequestSchema, data: fieldsDataSchema },
} as const;

export const EXPORT_PATH = `${API_BASE}/requests/export`;

export type RouteName = keyof typeof API;
/** What a caller writes: fields with defaults may be left out. */
export type RouteInput<N extends RouteName> = z.input<(typeof API)[N]['request']>;
export type RouteQuery<N extends RouteName> = z.output<(typeof API)[N]['request']>;
export type RouteData<N extends RouteName> = z.output<(typeof API)[N]['data']>;
