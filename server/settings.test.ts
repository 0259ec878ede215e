import { set } from 'lodash';
import { describe, expect, it } from 'vitest';
import { defaultSettings, faultsOf, settingsSchema } from './settings';

describe('the settings rota.*', () => {
  it('have a default each', () => {
    expect(faultsOf(undefined)).toBeUndefined();
    expect(defaultSettings()).toMatchObject({ namespace: 'rota', objective: 0.999 });
  });

  it('take addresses with dots, as written and as Kibana hands them on', () => {
    const hosts = { '10.0.0.7:80': 'web-1', 'app.example': 'web-2' };
    // As Kibana's configuration reads a file.
    const split = {};
    for (const [key, value] of Object.entries(hosts)) set(split, key, value);
    expect(settingsSchema.parse({ hosts }).hosts).toEqual(hosts);
    expect(settingsSchema.parse({ hosts: split }).hosts).toEqual(hosts);
    expect(faultsOf({ hosts: { a: 1 } })).toMatch(/^rota\.hosts/);
  });

  it('are refused by name, and so is a name that is none', () => {
    expect(faultsOf({ objective: 99.9 })).toMatch(/^rota\.objective: /);
    expect(faultsOf({ monitor: { fall: 0 } })).toMatch(/^rota\.monitor\.fall: /);
    expect(faultsOf({ objectiv: 0.99 })).toContain('objectiv');
    expect(faultsOf({ monitor: { raise: 3 } })).toContain('raise');
  });
});
