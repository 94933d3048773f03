// Which network addresses count as one: a subscriber of IPv6 has at least a /64, which are 2^64
// addresses, so limits for each single address would have no effect.
import { BlockList, isIP, isIPv6 } from 'node:net';

/** @param address in any textual form, also with a zone (`fe80::1%eth0`).
 *  @returns an IPv4 address as it is, also where it is mapped into IPv6 (`::ffff:1.2.3.4`) or
 *  translated (`64:ff9b::1.2.3.4`); of any other IPv6 address its network of 64 bits. */
export function addressGroup(address: string): string {
  const plain = withoutZone(address);
  if (!isIPv6(plain)) return plain;
  const words = wordsOf(plain);
  if (isPrefixed(words, MAPPED) || isPrefixed(words, TRANSLATED)) return quadOf(words);
  const network = words.slice(0, 4).map((word) => word.toString(16));
  return `${network.join(':')}::/64`;
}

/** Tells which addresses limits apply to, and counts them by their groups. */
export class AddressGroups {
  private readonly exempt = new BlockList();

  /** @param exempt addresses and networks, as `networkProblem` accepts them. */
  constructor(exempt: readonly string[]) {
    for (const network of exempt) addNetwork(this.exempt, network);
  }

  /** @returns the address' group; undefined where no limit of an address applies. */
  limitedGroup(address: string): string | undefined {
    const group = addressGroup(address);
    // A group that is an IPv4 address; of IPv6 the address itself, as exempt networks may be smaller.
    const isExempt =
      isIPv6(withoutZone(address)) && group.includes(':')
        ? this.exempt.check(withoutZone(address), 'ipv6')
        : this.exempt.check(group, 'ipv4');
    return isExempt ? undefined : group;
  }
}

/** @returns what is wrong with an address or a network (`10.0.0.0/8`, `::1`); undefined: nothing. */
export function networkProblem(network: string): string | undefined {
  try {
    addNetwork(new BlockList(), network);
    return undefined;
  } catch {
    return `"${network}" is neither an address nor a network`;
  }
}

/** @throws where it is no network. */
function addNetwork(list: BlockList, network: string): void {
  const [address = '', bits] = network.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const width = isIPv6(address) ? 128 : 32;
  if (isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
    throw new RangeError();
  list.addSubnet(address, bits === undefined ? width : Number(bits), family);
}

const withoutZone = (address: string): string => address.replace(/%.*$/, '');

/** IPv4 in IPv6, as dual-stack sockets give it. */
const MAPPED = [0, 0, 0, 0, 0, 0xffff];
/** IPv4 clients in front of a network that has IPv6 only (RFC 6052). */
const TRANSLATED = [0x64, 0xff9b, 0, 0, 0, 0];

const isPrefixed = (words: readonly number[], prefix: readonly number[]): boolean =>
  prefix.every((word, i) => words[i] === word);

/** The eight words of a valid IPv6 address. */
function wordsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const first = partOf(head);
  const last = partOf(tail ?? '');
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last];
}

function partOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((word) => {
    if (!word.includes('.')) return Number.parseInt(word, 16);
    const [a, b, c, d] = word.split('.').map(Number);
    return [(a! << 8) | b!, (c! << 8) | d!];
  });
}

const quadOf = (words: readonly number[]): string =>
  words
    .slice(6)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.');
