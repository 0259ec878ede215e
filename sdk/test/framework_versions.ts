/**
 * The frameworks that the request logger promises to work with, in each version. The older or newer one of each is
 * installed under an alias (`express5`, `fastify4`, `koa2` in package.json) and has the same types here.
 */
import { createRequire } from 'node:module';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';

const require = createRequire(import.meta.url);

export const EXPRESS: readonly (readonly ['Express 4' | 'Express 5', typeof express])[] = [
  ['Express 4', express],
  ['Express 5', require('express5') as typeof express],
];
export const FASTIFY: readonly (readonly ['Fastify 4' | 'Fastify 5', typeof fastify])[] = [
  ['Fastify 4', require('fastify4') as typeof fastify],
  ['Fastify 5', fastify],
];
export const KOA: readonly (readonly ['Koa 2' | 'Koa 3', typeof Koa])[] = [
  ['Koa 2', require('koa2') as typeof Koa],
  ['Koa 3', Koa],
];

/** What `package.json` of the installed framework says, so that no alias can be mistaken. */
export function installedVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
