import { describe, expect, it } from 'vitest';
import type { rotaApi } from './node';

const RANGE = { from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T12:30:00.000Z' };

export function emptyCases(api: () => ReturnType<typeof rotaApi>): void {
  describe('an installation that never saw a line', () => {
    it('is told of on every page', async () => {
      for (const page of ['rotation', 'health', 'requests', 'delivery'] as const) {
        expect((await api().ask(page, RANGE)).data.state, page).toBe('never_any_data');
      }
      const { data } = await api().ask('fields', { ...RANGE, parts: ['selectors', 'setup', 'list'] });
      expect(data.setup!.complete).toBe(false);
      expect(data.setup!.checks.find(({ id }) => id === 'templates')!.state).toBe('missing');
    });
  });
}
