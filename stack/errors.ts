/** Everything the stack can refuse to do, each with a code that scripts can rely on and a sentence that names the mend. */
export type StackErrorCode =
  | 'ROTA_PORT_TAKEN'
  | 'ROTA_NO_FREE_PORTS'
  | 'ROTA_NO_JAVA'
  | 'ROTA_NO_DISK'
  | 'ROTA_NO_NETWORK'
  | 'ROTA_NOT_DEBIAN'
  | 'ROTA_NOT_ROOT'
  | 'ROTA_PACKAGE_INSTALL'
  | 'ROTA_PACKAGE'
  | 'ROTA_PROGRAM_MISSING'
  | 'ROTA_CERTIFICATES'
  | 'ROTA_ELASTICSEARCH_DOWNLOAD'
  | 'ROTA_ELASTICSEARCH_HOME'
  | 'ROTA_ELASTICSEARCH_URL'
  | 'ROTA_ELASTICSEARCH_NOT_FULL'
  | 'ROTA_KIBANA_HOME'
  | 'ROTA_SERVICE_EXITED'
  | 'ROTA_SERVICE_TIMEOUT'
  | 'ROTA_ALREADY_RUNNING'
  | 'ROTA_NOT_RUNNING'
  | 'ROTA_UNKNOWN_SERVICE'
  | 'ROTA_USAGE';

/** An error of the stack that is meant to be read: the commands print `message` alone, without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';

  constructor(
    readonly code: StackErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
