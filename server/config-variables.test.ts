// Variables that are no settings: misspelt ones, and those that a cluster sets by itself.
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config.ts';
import { checkVariables } from './config-variables.ts';
import { nearName } from './near-name.ts';

describe('A variable HOLDFAST_… that is no setting', () => {
  it.each([
    ['HOLDFAST_PROT', 'HOLDFAST_PORT'],
    ['HOLDFAST_WORKER', 'HOLDFAST_WORKERS'],
    ['HOLDFAST_LOGLEVEL', 'HOLDFAST_LOG_LEVEL'],
    ['holdfast_port', 'HOLDFAST_PORT'],
    ['HOLDFAST_ADMINPORT', 'HOLDFAST_ADMIN_PORT'],
  ])('is refused where it is near one: %s', (name, near) => {
    const check = () => checkVariables({ [name]: '1' });
    expect(check).toThrow(ConfigError);
    expect(check).toThrow(`${name} is no setting: did you mean ${near}?`);
  });

  it('is named in a warning where it is near none', () => {
    const { warnings } = checkVariables({
      HOLDFAST_IMAGE_REVISION: 'abc',
      HOLDFAST_GROUP_KEY: 'x',
    });
    expect(warnings).toEqual([expect.stringContaining('HOLDFAST_IMAGE_REVISION is no setting')]);
  });
});

describe('Variables of a service with the name holdfast', () => {
  const links = {
    HOLDFAST_SERVICE_HOST: '10.0.0.1',
    HOLDFAST_SERVICE_PORT: '8000',
    HOLDFAST_SERVICE_PORT_GAME: '8000',
    HOLDFAST_PORT: 'tcp://10.0.0.1:8000',
    HOLDFAST_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
    HOLDFAST_PORT_8000_TCP_PROTO: 'tcp',
    HOLDFAST_PORT_8000_TCP_PORT: '8000',
    HOLDFAST_PORT_8000_TCP_ADDR: '10.0.0.1',
    HOLDFAST_ADMIN_SERVICE_HOST: '10.0.0.2',
    HOLDFAST_ADMIN_PORT: 'tcp://10.0.0.2:9464',
    HOLDFAST_REDIS_PORT: 'tcp://10.0.0.3:6379',
  };

  it('are not taken for settings, and those with the name of one are told apart in a sentence', () => {
    const { ignored, warnings } = checkVariables({ ...links, HOLDFAST_DATA: '/data' });
    expect(ignored).toEqual(['HOLDFAST_PORT', 'HOLDFAST_ADMIN_PORT']);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /^HOLDFAST_PORT is tcp:\/\/10.0.0.1:8000, which Kubernetes .* ignored/,
    );
  });

  it('do not hide a value that was meant', () => {
    expect(checkVariables({ HOLDFAST_PORT: '9000' })).toEqual({ ignored: [], warnings: [] });
  });
});

describe('The nearest name', () => {
  it('is one with few changes, or none', () => {
    expect(nearName('gol-rush', ['goldrush', 'connect-four'])).toBe('goldrush');
    expect(nearName('chess', ['goldrush', 'connect-four'])).toBeUndefined();
    expect(nearName('x'.repeat(10_000), ['goldrush'])).toBeUndefined();
  });
});
