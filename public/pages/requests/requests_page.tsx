import { EuiEmptyPrompt } from '@elastic/eui';
import React from 'react';

/** Not built yet, and says so. */
export function RequestsPage() {
  return (
    <EuiEmptyPrompt
      iconType="inspect"
      titleSize="s"
      title={<h1>Requests are not here yet</h1>}
      body={<p>This version shows the last requests on the Rotation page. Search and trace will be on this one.</p>}
    />
  );
}
