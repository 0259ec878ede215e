/**
 * P(X ≥ x) of the chi-squared distribution with `df` degrees of freedom: the regularised upper incomplete gamma
 * function Q(df/2, x/2), by its series below a + 1 and Lentz's continued fraction above (Abramowitz & Stegun 6.5).
 */
export function chiSquaredTail(x: number, df: number): number {
  if (!(df > 0) || Number.isNaN(x)) throw new RangeError('chiSquaredTail needs df > 0 and a number x.');
  if (x <= 0) return 1;
  const [a, z] = [df / 2, x / 2];
  return z < a + 1 ? 1 - lowerBySeries(a, z) : upperByFraction(a, z);
}

function lowerBySeries(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 1000 && Math.abs(term) > Math.abs(sum) * 1e-15; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return clamp(sum * Math.exp(-z + a * Math.log(z) - logGamma(a)));
}

function upperByFraction(a: number, z: number): number {
  const tiny = 1e-300;
  let b = z + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 1000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / notZero(an * d + b, tiny);
    c = notZero(b + an / c, tiny);
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-15) break;
  }
  return clamp(Math.exp(-z + a * Math.log(z) - logGamma(a)) * h);
}

function notZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

function clamp(p: number): number {
  return Math.min(1, Math.max(0, p));
}

/** ln Γ(a) by Stirling's series after shifting the argument above 10: good to 1e-14 for a > 0. */
function logGamma(a: number): number {
  let shift = 0;
  let x = a;
  for (; x < 10; x++) shift += Math.log(x);
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
