import { EuiEmptyPrompt } from '@elastic/eui';
import React from 'react';

/** Not built yet, and says so. */
export function HealthPage() {
  return <EuiEmptyPrompt iconType="heart" titleSize="s" title={<h1>Health is not here yet</h1>} />;
}
