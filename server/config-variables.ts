// Checks the variables HOLDFAST_… of the environment: one that is misspelt would be ignored in silence, and
// some are set by Kubernetes and Docker for a service of that name.
import { ConfigError, settings, variableOf } from './config.ts';
import { nearName } from './near-name.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'HOLDFAST_';
/** Variables that other parts of this package read. */
const OTHERS = ['HOLDFAST_CHILD', 'HOLDFAST_GROUP', 'HOLDFAST_GROUP_KEY'];
/** Of a service, as Kubernetes and the links of Docker name them. */
const SERVICE_NAMES =
  /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$|^HOLDFAST_(NAME|ENV_\w+)$/;
const SERVICE_URL = /^(tcp|udp|sctp):\/\//;

export interface CheckedVariables {
  /** Variables with the name of a setting that are not meant as one. */
  readonly ignored: readonly string[];
  /** What to tell the operator. */
  readonly warnings: readonly string[];
}

/** A variable with a name near that of a setting is refused, since it is surely meant for one. Another one is
 *  only named: it may be of other programs, or of another version to which an operator goes back.
 *  @throws {ConfigError} */
export function checkVariables(given: Environment): CheckedVariables {
  const names = Object.keys(settings).map(variableOf);
  const ignored: string[] = [];
  const warnings: string[] = [];
  for (const [name, value = ''] of Object.entries(given)) {
    if (!name.toUpperCase().startsWith(PREFIX) || OTHERS.includes(name)) continue;
    const isSetting = names.includes(name);
    if (SERVICE_URL.test(value) && SERVICE_NAMES.test(name)) {
      if (!isSetting) continue;
      ignored.push(name);
      warnings.push(serviceText(name, value));
    } else if (!isSetting && !SERVICE_NAMES.test(name)) {
      const near = nearName(withoutPrefix(name.toUpperCase()), names.map(withoutPrefix));
      if (near) {
        throw new ConfigError(
          `${name} is no setting: did you mean ${PREFIX}${near}? Rename it, or remove it`,
        );
      }
      warnings.push(
        `${name} is no setting, and is ignored: --help lists the settings with their variables`,
      );
    }
  }
  return { ignored, warnings };
}

const withoutPrefix = (name: string): string => name.slice(PREFIX.length);

function serviceText(name: string, value: string): string {
  return (
    `${name} is ${value}, which Kubernetes or Docker sets for a service of the name holdfast: it is ignored. ` +
    'Give the pod enableServiceLinks: false, name the service otherwise, or set the variable yourself'
  );
}
