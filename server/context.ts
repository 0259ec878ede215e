import type { PartialReason } from '../common/api';
import { kqlToQuery } from '../common/kql';
import type { Dsl, HostRequest, RotaHost, SearchClient } from './host';
import { boundedClient } from './search/bounded_client';
import type { AnswerCache } from './search/cache';
import { askAll, type SearchAnswer, type Searches } from './search/msearch';
import { reachNested } from './search/nested';
import { Patience } from './search/shards';
import type { Settings } from './settings';

/** Everything that one question may use. */
export class Context {
  readonly reasons: PartialReason[] = [];
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly patience = new Patience();
  readonly elasticsearch: SearchClient;

  constructor(
    host: RotaHost,
    private readonly request: HostRequest,
    readonly cache: AnswerCache,
    readonly now = Date.now(),
  ) {
    this.settings = host.settings;
    this.signal = request.signal;
    this.elasticsearch = boundedClient(request.elasticsearch);
  }

  /** One `_msearch`; what makes it partial is gathered in `reasons`. */
  async askAll<K extends string>(searches: Searches<K>): Promise<Record<K, SearchAnswer>> {
    const { results, reasons } = await askAll(this.elasticsearch, searches, this.signal, this.patience);
    this.reasons.push(...reasons);
    return results;
  }

  /** One other request. Throws what the client throws; TooLargeError when the answer is longer than is read. */
  send<T>(params: Parameters<SearchClient['transport']['request']>[0]): Promise<T> {
    const options = { signal: this.signal, meta: false } as const;
    const once = () => this.elasticsearch.transport.request(params, options) as Promise<T>;
    return this.patience.ask(once, this.signal);
  }

  get principal(): string | null {
    return this.request.principal;
  }

  /** Throws an Error with the code `invalid_kql` whose message the user can read. */
  kqlToQuery({ kql, zone }: { kql: string; zone?: string | undefined }): Dsl {
    return reachNested(kqlToQuery(kql, zone));
  }
}
