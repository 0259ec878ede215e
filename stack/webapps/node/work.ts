import type { RequestHandler } from 'express';

/** Median time, in ms, that each route's work takes in a shop with a database behind it. */
const MEDIAN_MS: Record<string, number> = { '/': 60, '/products': 90, '/search': 170, '/checkout': 220 };
const SPREAD = 0.45;

/**
 * Lets each answer take the time that real work takes: log-normal around the route's median, times `factor`. With 0
 * (the default of the demo) there is none, and answers come at once.
 */
export function work(factor: number): RequestHandler {
  if (!(factor > 0)) return (_request, _response, next) => next();
  return (request, _response, next) => {
    const route = `/${request.path.split('/')[1] ?? ''}`;
    setTimeout(next, factor * (MEDIAN_MS[route] ?? 80) * Math.exp(SPREAD * normal()));
  };
}

/** A standard normal number (Box and Muller). */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
