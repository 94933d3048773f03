import { describe, expect, it } from 'vitest';
import { ClientError, ServerError } from '../index.ts';
import { pointer } from './directions.ts';
import { eventText, refusalText } from './happenings.ts';
import { type LinkStatus, noticeOf } from './notice.ts';
import { defaultName, playOptionsOf } from './options.ts';

const ADDRESS = 'example.org:8000';
const link = (more: Partial<LinkStatus>): LinkStatus => ({
  isReady: false,
  wasReady: false,
  sinceMs: 0,
  retryAtMs: 0,
  error: undefined,
  ...more,
});

describe('The notice', () => {
  it('says who is not there, and when the next attempt is made', () => {
    const status = link({ error: new ClientError('UNREACHABLE'), retryAtMs: 3000 });
    expect(noticeOf(status, ADDRESS, 1100)).toBe(
      'No server at example.org:8000 – trying again in 2 s',
    );
    expect(noticeOf(status, ADDRESS, 3000)).toContain('trying again…');
  });

  it('says that the connection was lost', () => {
    const status = link({ wasReady: true, error: new ClientError('CONNECTION_LOST') });
    expect(noticeOf(status, ADDRESS, 1000)).toBe('Connection lost – reconnecting…');
  });

  it('gives the server’s own word', () => {
    const status = link({ error: new ServerError('SERVER_FULL', 'The server is full.') });
    expect(noticeOf({ ...status, retryAtMs: 900 }, ADDRESS, 0)).toBe(
      'The server is full – trying again in 1 s',
    );
  });

  it('is not shown while there is a connection, nor for a moment without one', () => {
    expect(noticeOf(link({ isReady: true }), ADDRESS, 9000)).toBeUndefined();
    const pause = link({
      wasReady: true,
      sinceMs: 1000,
      error: new ClientError('CONNECTION_LOST'),
    });
    expect(noticeOf(pause, ADDRESS, 1100)).toBeUndefined();
  });
});

describe('Events', () => {
  it('of Goldrush are sentences', () => {
    expect(eventText('banked', { amount: 5, total: 9 })).toBe('You banked 5 gold, 9 in all.');
    expect(eventText('hit', { by: '', lost: 2 })).toBe('Someone hit you: 2 gold lost.');
    expect(eventText('killed-rat', { gold: 0 })).toBe('You killed a rat.');
  });

  it('of matches are sentences', () => {
    expect(eventText('matched', { game: 'connect-four' })).toBe('An opponent was found.');
    expect(eventText('matched', { game: 'quartet' })).toBe('All players of your match were found.');
    expect(eventText('unmatched', { text: 'The game failed.' })).toBe('The game failed.');
  });

  it('of another game are shown as they are', () => {
    expect(eventText('won', { by: 3 })).toBe('won {"by":3}');
    expect(eventText('toString', undefined)).toBe('toString');
  });

  it('leave out the refusals that a held key brings about', () => {
    expect(refusalText('WALL', 'There is a wall.')).toBeUndefined();
    expect(refusalText('BANK', 'No shooting.')).toBe('No shooting.');
  });
});

describe('The way to a bank', () => {
  it('is one of eight directions', () => {
    const ways = [pointer(5, 0), pointer(5, 5), pointer(0, 5), pointer(-5, 1), pointer(4, -5)];
    expect(ways).toEqual(['→', '↘', '↓', '←', '↗']);
  });
});

describe('Options', () => {
  it('have defaults for everything', () => {
    const { name, ...others } = playOptionsOf([]);
    expect(others).toEqual({ host: '127.0.0.1', port: 8000, game: undefined });
    expect(name).toMatch(/^.{1,24}$/u);
  });

  it('name the player after the user, or kindly where that says nothing', () => {
    expect(defaultName('ada')).toBe('ada');
    expect(defaultName('a'.repeat(30))).toHaveLength(24);
    expect(defaultName('root', () => 0)).toBe('brave-badger');
    expect(defaultName('\u0007', () => 0.999)).toBe('sly-wren');
  });
});
