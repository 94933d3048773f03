// Why new code is refused.

/** New code cannot be loaded; the message says why. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code = 'CANNOT_LOAD';
}
