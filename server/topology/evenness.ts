import { chiSquaredTail } from './chi_squared';

/** Jain's index of got ÷ due: 1 is even, 1/n is all to one host. Hosts to which nothing was due stand aside. */
export function jainOf(members: readonly { share: number; due: number }[]): number | null {
  const ratios = members.filter(({ due }) => due > 0).map(({ share, due }) => share / due);
  const sum = ratios.reduce((a, b) => a + b, 0);
  if (ratios.length === 0 || sum === 0) return null;
  const squares = ratios.reduce((a, b) => a + b * b, 0);
  return (sum * sum) / (ratios.length * squares);
}

/** P of at least so much difference by chance; shown, never alerted on: with ten million requests it always rejects. */
export function chiSquaredP(members: readonly { share: number; due: number }[], requests: number): number | null {
  const judged = members.filter(({ due }) => due > 0);
  if (judged.length < 2 || requests === 0) return null;
  const statistic = judged.reduce((sum, { share, due }) => sum + (requests * (share - due) ** 2) / due, 0);
  return chiSquaredTail(statistic, judged.length - 1);
}
