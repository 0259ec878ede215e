import React from 'react';
import type { RotationData, WindowInfo } from '../../../common/api';

type Overview = NonNullable<RotationData['overview']>;

export function TurnsPanel(_: { overview: Overview; window: WindowInfo; colours: Map<string, string> }) {
  return null;
}
