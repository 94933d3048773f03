// A clock that all processes of a machine share and that only goes forward.

/** Milliseconds since some moment before any process began: what one process says another understands.
 *  Unlike the time of day it is never set, so it orders what happens, and measures how long it took. */
export const steadyMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
