// Which addresses count as one, whatever their textual form.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressGroups, addressGroup, networkProblem } from './address-group.ts';

describe('The group of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::192.0.2.7', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::dead:beef%25', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it('is the same for each host of a /64 and each way to write it, and another for other networks', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    const words = (length: number) => fc.array(word, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(words(4), words(4), words(4), fc.boolean(), (net, host, other, isUpper) => {
        // Those that stand for IPv4 are their own.
        fc.pre(net[0] !== 0 && net[0] !== 0x64);
        const full = [...net, ...host].map((one) => one.toString(16).padStart(4, '0')).join(':');
        const short = new URL(`http://[${full}]`).hostname.slice(1, -1);
        const group = addressGroup(isUpper ? full.toUpperCase() : full);
        expect(addressGroup(short)).toBe(group);
        expect(addressGroup(`${short}%3`)).toBe(group);
        const sibling = [...net, ...other].map((one) => one.toString(16)).join(':');
        expect(addressGroup(sibling)).toBe(group);
        const stranger = [net[0]! ^ 1, ...net.slice(1), ...host].map((one) => one.toString(16));
        expect(addressGroup(stranger.join(':'))).not.toBe(group);
      }),
    );
  });
});

describe('Addresses without limits', () => {
  const groups = new AddressGroups(['127.0.0.0/8', '::1', '10.1.0.0/16', '2001:db8::/48']);

  it.each(['127.0.0.1', '127.9.9.9', '::ffff:127.0.0.1', '::1', '10.1.2.3', '2001:db8:0:9::1'])(
    'have no group: %s',
    (address) => {
      expect(groups.limitedGroup(address)).toBeUndefined();
    },
  );

  it.each(['128.0.0.1', '::2', '10.2.0.1', '2001:db8:1::1', 'fe80::1%lo', '::ffff:10.2.0.1'])(
    'are not those beside them: %s',
    (address) => {
      expect(groups.limitedGroup(address)).toBe(addressGroup(address));
    },
  );

  it('are named by addresses and networks, and what is neither is said', () => {
    for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '::/0']) {
      expect(networkProblem(good)).toBeUndefined();
    }
    for (const bad of [
      '',
      'localhost',
      '10.0.0.0/33',
      '10.0.0/8',
      '::1/129',
      '10.0.0.0/',
      '1.2.3.4/-1',
    ]) {
      expect(networkProblem(bad)).toContain(`"${bad}"`);
    }
  });
});
