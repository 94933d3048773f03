// Computes for ever: its event loop never turns again.
export function loop(): never {
  for (;;);
}
