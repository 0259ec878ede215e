import { EuiEmptyPrompt } from '@elastic/eui';
import React from 'react';

/** Not built yet, and says so. */
export function DeliveryPage() {
  return (
    <EuiEmptyPrompt
      iconType="package"
      titleSize="s"
      title={<h1>Delivery is not here yet</h1>}
      body={<p>Proof of what arrived will be on this page. Until then nothing here says that anything is complete.</p>}
    />
  );
}
