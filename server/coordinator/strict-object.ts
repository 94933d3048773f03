// Objects that refuse properties which they do not have, where JavaScript would keep them in silence.
import { nearName } from '../games/index.ts';

export interface Strictness {
  /** How sentences name the object, such as `a painter`. */
  readonly name: string;
  readonly known: readonly string[];
  /** Where to keep what is not known, or how to get at it. */
  readonly hint: string;
  /** Also for what is only read. Never for properties that tools look for in any object. */
  readonly refusesReading?: boolean;
}

/** Asked of any object, by logs, tests, promises and JSON. */
const LOOKED_FOR =
  /^(then|catch|toJSON|constructor|inspect|nodeType|tagName|asymmetricMatch|\$\$typeof|@@.*|_.*)$/;

/** The end of a chain of prototypes: only what is found nowhere before comes here, so what an object has
 *  costs nothing more.
 *  @param above the prototype that it stands in for. */
export function strictPrototype(above: object, strictness: Strictness): object {
  const { name, known, hint, refusesReading = false } = strictness;
  const refuse = (key: string): never => {
    const near = nearName(key, known);
    const meant = near === undefined || near === key ? hint : `did you mean ${near}?`;
    throw new TypeError(`${name} has no ${key.slice(0, 40)}: ${meant}`);
  };
  return new Proxy(Object.create(above) as object, {
    get(target, key, receiver) {
      const isFound = typeof key === 'symbol' || !refusesReading || key in target;
      return isFound || LOOKED_FOR.test(key) ? Reflect.get(target, key, receiver) : refuse(key);
    },
    set(target, key, value, receiver) {
      if (typeof key === 'symbol' || key in target)
        return Reflect.set(target, key, value, receiver);
      return refuse(key);
    },
  });
}

/** @returns the object itself, which refuses other properties from now on. */
export function strict<T extends object>(object: T, strictness: Strictness): T {
  const above = Object.getPrototypeOf(object) as object;
  return Object.setPrototypeOf(object, strictPrototype(above, strictness)) as T;
}
