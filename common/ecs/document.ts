import type { Tier } from './datasets';

/** One try at a webapp, as nginx logged it. Durations are nanoseconds. */
export interface AttemptDoc {
  n?: number;
  address?: string;
  status_code?: number;
  duration?: number;
}

/** The part of an ECS document that Rota reads. Everything is optional: nothing is refused for its shape. */
export interface EcsDocument {
  '@timestamp'?: string;
  message?: string;
  tags?: string | string[];
  agent?: { ephemeral_id?: string };
  data_stream?: { dataset?: string };
  error?: { message?: string; type?: string; stack_trace?: string };
  event?: {
    id?: string;
    dataset?: string;
    sequence?: number;
    duration?: number;
    created?: string;
    ingested?: string;
    original?: string;
    action?: string;
  };
  haproxy?: { server_name?: string; backend_name?: string; frontend_name?: string };
  host?: { name?: string };
  http?: {
    version?: string;
    request?: { id?: string; method?: string };
    response?: { status_code?: number };
  };
  nginx?: { error?: { connection_id?: number } };
  log?: { level?: string; logger?: string };
  rota?: {
    tier?: Tier;
    pool?: string;
    upstream?: { address?: string; status_code?: number; duration?: number };
    attempts?: AttemptDoc[] | AttemptDoc;
    raw?: string;
    reason?: string;
    input?: string;
    drop?: { cause?: string; count?: number; first_sequence?: number; last_sequence?: number };
  };
  server?: { address?: string; port?: number };
  service?: { name?: string; version?: string; environment?: string };
  source?: { ip?: string; address?: string };
  trace?: { id?: string };
  url?: { path?: string; original?: string; query?: string };
  user_agent?: { original?: string; name?: string };
}
