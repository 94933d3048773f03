// The version of Node that the package needs: an older one would end with an error that names a module of Node.
const NODE_MAJOR_MIN = 26;

/** @returns a sentence for the operator where this Node is too old, and undefined otherwise. */
export function nodeProblem({ version } = process): string | undefined {
  if (Number.parseInt(version.slice(1), 10) >= NODE_MAJOR_MIN) return undefined;
  return `holdfast needs Node ${NODE_MAJOR_MIN} or newer, and this is ${version}`;
}
