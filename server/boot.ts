// How a module is started in another process or thread: as it is, or from the copy of the code that this one runs.

/** What Node is given: a file to run, and its first arguments. The module finds its own after them. */
export interface Script {
  readonly file: string | URL;
  readonly args: readonly string[];
}

/** @param module the URL of a module of the server. */
export function scriptOf(module: URL): Script {
  // Set by `primary/code-boot.ts`, which is given the module to run.
  const boot = (globalThis as { [key: symbol]: unknown })[Symbol.for('holdfast.boot')];
  return typeof boot === 'string'
    ? { file: boot, args: [module.href] }
    : { file: module, args: [] };
}
