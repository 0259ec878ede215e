import { ConnectionError } from '../errors.js';
import type { Target } from './target.js';

const NOT_TRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ISSUER/;
/** OpenSSL's own words: the two sides did not come to terms. */
const NO_TLS = /^ERR_SSL_|^EPROTO$/;
const NO_NAME = /^(ENOTFOUND|EAI_[A-Z]+|ENODATA|ESERVFAIL|ETIMEOUT)$/;

/** What ended a connection, with the mend. Without a failure the receiver closed it. */
export function describeFailure(target: Target, failure: Error | undefined): ConnectionError {
  const { label, host } = target;
  if (failure === undefined) {
    return new ConnectionError(
      'ROTA_CONNECTION_CLOSED',
      `${label} closed the connection. The SDK connects again by itself.`,
    );
  }
  const { code = '', reason } = failure as NodeJS.ErrnoException & { reason?: string };
  // OpenSSL's messages hold file names, numbers and line feeds; its reason is what they say.
  const what = (reason ?? failure.message).replace(/\s+/g, ' ').trim();
  const cause = { cause: failure };
  if (NO_TLS.test(code)) {
    return new ConnectionError(
      'ROTA_CONNECTION_TLS',
      `There is no TLS connection to ${label} (${what}). Check that this port is an input with TLS, and that it takes our certificate.`,
      cause,
    );
  }
  if (NOT_TRUSTED.test(code)) {
    return new ConnectionError(
      'ROTA_CONNECTION_TLS',
      `The certificate of ${label} is not trusted (${what}). Give its authority by tls.caFile, or its name by tls.servername.`,
      cause,
    );
  }
  if (NO_NAME.test(code)) {
    return new ConnectionError(
      'ROTA_CONNECTION_FAILED',
      `${label} cannot be reached: the name ${host} cannot be looked up (${what}). Check the name and this machine's name servers; the SDK tries again by itself.`,
      cause,
    );
  }
  return new ConnectionError(
    'ROTA_CONNECTION_FAILED',
    `${label} cannot be reached or was lost (${what}). Check the address and that the receiver runs; the SDK connects again by itself.`,
    cause,
  );
}
