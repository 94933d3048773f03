// Puts traps in the place of the calls that no room may make. They let everything pass but game code of a room.
import { syncBuiltinESMExports } from 'node:module';
import { promiseHooks } from 'node:v8';
import { boundHook, forbid, notePromise, runAsServer, runningHook } from './game-code.ts';
import {
  CLOCK,
  dateTexts,
  LANGUAGE,
  LANGUAGE_AND_ZONE,
  languageMethods,
  MACHINE,
  trapGroups,
  ZONE,
  zoneMethods,
} from './trap-table.ts';

type Args = readonly unknown[];
type Undo = () => void;
// biome-ignore lint/complexity/noBannedTypes: any function can be trapped
type AnyFunction = Function;

/** For the life of the process, or until the returned function is called. Modules that are loaded later cannot
 *  keep an original, as `const { random } = Math` would. */
export function installTraps(): Undo {
  const undos: Undo[] = [];
  for (const { use, globals = [], modules = {} } of trapGroups) {
    for (const path of globals) undos.push(trapGlobal(path, use));
    for (const [name, members] of Object.entries(modules)) {
      undos.push(...trapModule(name, members, use));
    }
  }
  for (const method of zoneMethods) undos.push(trapGlobal(`Date.prototype.${method}`, ZONE));
  for (const [path, argument] of languageMethods) {
    undos.push(trapGlobal(path, LANGUAGE, (args) => args[argument] === undefined));
  }
  for (const path of dateTexts) {
    undos.push(trapGlobal(path, LANGUAGE_AND_ZONE, (args) => !hasLanguageAndZone(args)));
  }
  undos.push(trapDate(), trapEnvironment(), ...lendConsole());
  undos.push(promiseHooks.onInit(notePromise) as Undo);
  syncBuiltinESMExports();
  return () => {
    for (const undo of undos.reverse()) undo();
    syncBuiltinESMExports();
  };
}

function hasLanguageAndZone([language, options]: Args): boolean {
  const zone = (options as { timeZone?: unknown } | undefined)?.timeZone;
  return language !== undefined && zone !== undefined;
}

/** @param path such as `Math.random`.
 *  @param isForbidden by the arguments; without it every call is. */
function trapGlobal(path: string, use: string, isForbidden?: (args: Args) => boolean): Undo {
  const names = path.split('.');
  const member = names.pop()!;
  let holder: unknown = globalThis;
  for (const name of names) holder = (holder as Record<string, unknown> | undefined)?.[name];
  const [first, ...rest] = names.filter((name) => name !== 'prototype');
  const spoken = [spokenAs[first ?? ''] ?? first, ...rest, member].filter(
    (name) => name !== undefined,
  );
  return replace(holder, member, (original) =>
    trapped(original, spoken.join('.'), use, isForbidden),
  );
}

/** Classes whose one instance is what game code names. */
const spokenAs: Readonly<Record<string, string>> = {
  Performance: 'performance',
  Crypto: 'crypto',
  String: 'string',
  Number: 'number',
  BigInt: 'bigint',
  Array: 'array',
};

function trapModule(name: string, members: readonly string[], use: string): Undo[] {
  const module = process.getBuiltinModule(name) as unknown as Record<string, unknown> | undefined;
  if (!module) return [];
  const all = members.includes('*')
    ? Object.keys(module).filter((member) => /^[a-z]/.test(member))
    : members;
  const functions = all.filter((member) => typeof module[member] === 'function');
  return functions.map((member) =>
    replace(module, member, (original) => trapped(original, `${name}.${member}`, use)),
  );
}

function trapped(
  original: AnyFunction,
  name: string,
  use: string,
  isForbidden?: (args: Args) => boolean,
): AnyFunction {
  const handler: ProxyHandler<AnyFunction> = {
    apply(target, self, args) {
      if (boundHook() && isForbidden?.(args) !== false) forbid(`${name}()`, use, handler.apply!);
      return Reflect.apply(target, self, args);
    },
    construct(target, args, newTarget) {
      if (boundHook() && isForbidden?.(args) !== false) {
        forbid(`new ${name}()`, use, handler.construct!);
      }
      return Reflect.construct(target, args, newTarget);
    },
  };
  return new Proxy(original, handler);
}

/** The clock is read by a date without arguments, and the time zone by one of several numbers. */
function trapDate(): Undo {
  const handler: ProxyHandler<DateConstructor> = {
    apply(target, self, args) {
      if (boundHook()) forbid('Date()', CLOCK, handler.apply!);
      return Reflect.apply(target, self, args);
    },
    construct(target, args, newTarget) {
      if (boundHook()) {
        if (args.length === 0) forbid('new Date()', CLOCK, handler.construct!);
        if (args.length > 1)
          forbid('new Date(year, month, …)', `${ZONE}, or Date.UTC`, handler.construct!);
      }
      return Reflect.construct(target, args, newTarget);
    },
  };
  const original = Date;
  const proxy = new Proxy(Date, handler);
  globalThis.Date = proxy;
  original.prototype.constructor = proxy;
  return () => {
    globalThis.Date = original;
    original.prototype.constructor = original;
  };
}

function trapEnvironment(): Undo {
  const original = process.env;
  const check = (trap: AnyFunction, key?: string | symbol) => {
    if (!boundHook() || typeof key === 'symbol') return;
    forbid(key === undefined ? 'process.env' : `process.env.${key}`, MACHINE, trap);
  };
  const handler: ProxyHandler<NodeJS.ProcessEnv> = {
    get(target, key) {
      check(handler.get!, key);
      return Reflect.get(target, key);
    },
    has(target, key) {
      check(handler.has!, key);
      return Reflect.has(target, key);
    },
    ownKeys(target) {
      check(handler.ownKeys!);
      return Reflect.ownKeys(target);
    },
  };
  process.env = new Proxy(original, handler);
  return () => {
    process.env = original;
  };
}

/** Output is for the author, who wants it once, and Node uses clocks and timers for it. */
function lendConsole(): Undo[] {
  const lent = (original: AnyFunction): AnyFunction =>
    new Proxy(original, {
      apply(target, self, args) {
        const hook = runningHook();
        if (hook?.isMuted) return undefined;
        return hook
          ? runAsServer(() => Reflect.apply(target, self, args))
          : Reflect.apply(target, self, args);
      },
    });
  const methods = Object.keys(console).filter((name) => /^[a-z]/.test(name));
  return [
    ...methods.map((name) => replace(console, name, lent)),
    replace(process.stdout, 'write', lent),
    replace(process.stderr, 'write', lent),
  ];
}

/** Puts another function in the place of `owner[member]`, wherever in the chain of prototypes that is. */
function replace(owner: unknown, member: string, by: (original: AnyFunction) => AnyFunction): Undo {
  let holder = owner as object | null | undefined;
  while (holder && !Object.hasOwn(holder, member)) holder = Object.getPrototypeOf(holder);
  const found = holder && Object.getOwnPropertyDescriptor(holder, member);
  if (!holder || !found?.configurable) return () => {};
  const at = holder;
  if (found.get) {
    // Node loads these when they are used first.
    let known: AnyFunction | undefined;
    const get = (): unknown => {
      const value: unknown = Reflect.apply(found.get!, globalThis, []);
      if (typeof value !== 'function') return value;
      known ??= by(value);
      return known;
    };
    Object.defineProperty(at, member, { ...found, get });
  } else if (typeof found.value === 'function') {
    Object.defineProperty(at, member, { ...found, value: by(found.value) });
  }
  return () => Object.defineProperty(at, member, found);
}
