/** A source under heat/src cannot be built; the message names the file and the mend. */
export class HeatBuildError extends Error {
  override readonly name = 'HeatBuildError';
  readonly code = 'ROTA_HEAT_BUILD';
}
