import {OPTIONS, type NodeConfig, type Option, type OptionName} from './options.ts';

/** A commented `config.toml` with every setting; those that differ from the default stand uncommented. */
export function formatConfig(values: Partial<NodeConfig>): string {
  const lines = ['# Settings of a Qanat node. Each can also be given as QANAT_<TABLE>_<NAME> or as --<table>.<name>.', ''];
  let table = '';
  for (const [name, option] of Object.entries(OPTIONS) as [OptionName, Option][]) {
    const dot = name.indexOf('.');
    const section = dot === -1 ? '' : name.slice(0, dot);
    if (section !== table) {
      table = section;
      lines.push(`[${section}]`);
    }
    const key = name.slice(dot + 1);
    const value = values[name];
    lines.push(`# ${option.help}`);
    lines.push(value === undefined ? `# ${key} = ${JSON.stringify(option.default)}` : `${key} = ${JSON.stringify(value)}`, '');
  }
  return lines.join('\n');
}
