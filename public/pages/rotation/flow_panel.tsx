import React from 'react';
import type { RotationData } from '../../../common/api';

type Flow = NonNullable<RotationData['overview']>['flow'];

export function FlowPanel(_: { flow: Flow; colours: Map<string, string>; stale: boolean }) {
  return null;
}
