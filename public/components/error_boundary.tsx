import { EuiEmptyPrompt } from '@elastic/eui';
import React, { type ReactNode } from 'react';
import { SUBJECTS } from '../test_subjects';

/** A fault in one page must not take the tabs away. */
export class ErrorBoundary extends React.Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <EuiEmptyPrompt
        data-test-subj={SUBJECTS.error}
        color="danger"
        iconType="bug"
        title={<h2>This page could not be drawn</h2>}
        body={<p>{error.message}. Reload it; if it comes back, please report it with the address of this page.</p>}
      />
    );
  }
}
