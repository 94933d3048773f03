// docs/CONFIGURATION.md, from the table of settings.
import { flagOf, relations, type SettingName, settings, variableOf } from './config.ts';
import { takes } from './read-config.ts';

const intro = `# Configuration

Generated from \`server/config.ts\` by \`npm run generate\`: change it there.

Each setting is a flag of the server (\`npm start -- --port 9000\`, \`holdfast serve --port 9000\`) or a
variable of its environment (\`HOLDFAST_PORT=9000\`). A flag wins over the variable, the variable over
the default. \`--help\` prints this list. A value that a setting does not take, and settings that
contradict each other, stop the server at its start with a line that says what to change.

In Kubernetes, a Service with the name \`holdfast\` sets \`HOLDFAST_PORT\` to a URL in every pod of its
namespace, unless the pod has \`enableServiceLinks: false\`.
`;

function settingText(name: SettingName): string {
  const row = settings[name];
  const unit = 'unit' in row && row.unit !== 'port' ? ` (${row.unit})` : '';
  return [
    `### \`${flagOf(name)}\``,
    '',
    row.text,
    '',
    `- Takes: ${takes(row)}${unit}`,
    `- Default: ${defaultText(row.default)}`,
    `- Variable: \`${variableOf(name)}\``,
    '',
  ].join('\n');
}

function defaultText(value: string | number | boolean | readonly string[]): string {
  return String(value) === '' ? 'none' : `\`${value}\``;
}

function summary(names: readonly SettingName[]): string {
  const rows = names.map((name) => {
    const row = settings[name];
    const unit = 'unit' in row ? row.unit : '';
    return `| [\`${flagOf(name)}\`](#${flagOf(name)}) | ${defaultText(row.default)} | ${unit} |`;
  });
  return ['| flag | default | unit |', '|---|---|---|', ...rows, ''].join('\n');
}

/** The documents that derive from the settings; paths are below the root of the repository. */
export function configurationFiles(): { path: string; content: string }[] {
  const names = Object.keys(settings) as SettingName[];
  const parts = [
    intro,
    summary(names),
    '## Settings\n',
    ...names.map(settingText),
    '## What must hold between settings\n',
    relations.map(({ text }) => `- ${text}.\n`).join(''),
  ];
  return [{ path: 'docs/CONFIGURATION.md', content: parts.join('\n') }];
}
