/** docs/runbooks/metrics.md from the object that holds the metrics. */
import {createMetrics} from '../../node/telemetry/metrics.ts';

const HEAD = `# Metrics

Served for Prometheus at \`http://METRICS_HOST:METRICS_PORT/metrics\` (\`metrics.host\`, \`metrics.port\`; 127.0.0.1:26660 by default) from early in the start, so that a long start can be watched. What to watch them for: [alarms.md](alarms.md). Histograms have the series \`…_bucket\`, \`…_sum\` and \`…_count\`. This file is made by \`npm run generate\` from \`node/telemetry/metrics.ts\`.`;

const DEFAULTS = `## Of the process

From prom-client. On Linux also file descriptors and virtual memory (\`qanat_process_open_fds\`, \`qanat_process_max_fds\`, \`qanat_process_virtual_memory_bytes\`, \`qanat_process_heap_bytes\`).`;

/** Only some systems have them; the page is the same on all. */
const LINUX_ONLY = /^qanat_process_(open_fds|max_fds|virtual_memory_bytes|heap_bytes)$/;
const HEADER = ['', '| metric | type | labels | meaning |', '|---|---|---|---|'];

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

export async function generate(): Promise<Map<string, string>> {
  const {registry, ...own} = createMetrics();
  const ownNames = new Set(Object.values(own).map((metric) => (metric as unknown as Described).name));
  const types = new Map((await registry.getMetricsAsJSON()).map(({name, type}) => [name, String(type)]));
  const row = (name: string): string => {
    const {help, labelNames} = registry.getSingleMetric(name) as unknown as Described;
    return `| \`${name}\` | ${types.get(name) ?? ''} | ${labelNames.join(', ')} | ${help} |`;
  };
  const names = [...types.keys()].sort();
  const lines = [
    HEAD,
    ...HEADER,
    ...names.filter((name) => ownNames.has(name)).map(row),
    '',
    DEFAULTS,
    ...HEADER,
    ...names.filter((name) => !ownNames.has(name) && !LINUX_ONLY.test(name)).map(row),
  ];
  return new Map([['docs/runbooks/metrics.md', `${lines.join('\n')}\n`]]);
}
