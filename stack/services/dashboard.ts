import type { Stack } from '../stack.js';
export async function startDashboard(_stack: Stack, _say: (text: string) => void): Promise<void> {}
