/** A setting of the indexer or of rota-setup that cannot be used. `code` is stable. */
export class SettingsError extends Error {
  readonly code = 'ROTA_SETTINGS';
  constructor(
    readonly setting: string,
    problem: string,
  ) {
    super(`${setting}: ${problem}`);
    this.name = 'SettingsError';
  }
}

/** Elasticsearch could not be asked, or did not answer in time. Whether it acted on the request is not known. */
export class UnansweredError extends Error {
  readonly code = 'ROTA_UNANSWERED';
  constructor(url: string, cause: string) {
    super(`no answer from ${url}: ${cause}`);
    this.name = 'UnansweredError';
  }
}

/** Elasticsearch answered, but not with what was asked for. `status` is the HTTP status. */
export class AnswerError extends Error {
  readonly code = 'ROTA_ANSWER';
  constructor(
    readonly status: number,
    readonly what: string,
    detail: string,
  ) {
    super(`${what} was answered by HTTP ${status}${detail ? `: ${detail}` : ''}`);
    this.name = 'AnswerError';
  }
}
