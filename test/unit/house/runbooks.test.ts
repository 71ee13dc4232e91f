/** Runbooks name only metrics, settings, commands and pages that exist, and each page is in the index. */
import {existsSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from '@jest/globals';
import {isOptionName, OPTIONS} from '#node/config';
import {createMetrics} from '#node/telemetry';
import {read, ROOT} from './tree.ts';

const FOLDER = 'docs/runbooks';
const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.md'));
const SECTIONS = new Set(Object.keys(OPTIONS).filter((name) => name.includes('.')).map((name) => name.split('.')[0]!));
/** They are on some systems only. */
const LINUX_ONLY = ['qanat_process_open_fds', 'qanat_process_max_fds', 'qanat_process_virtual_memory_bytes', 'qanat_process_heap_bytes'];
/** Names with the look of a setting that are files. */
const FILES = /\.(db|json|toml|wal|md|log|ts)$/;

describe('runbooks', () => {
  it.each(pages)('%s names only metrics that exist', async (page) => {
    const existing = new Set([...(await createMetrics().registry.getMetricsAsJSON()).map(({name}) => name), ...LINUX_ONLY]);
    const named = read(`${FOLDER}/${page}`).match(/\bqanat_[a-z0-9_]+/g) ?? [];
    expect(named.map((name) => name.replace(/_(bucket|sum|count)$/, '')).filter((name) => !existing.has(name))).toEqual([]);
  });

  it.each(pages)('%s names only settings that exist', (page) => {
    const named = [...read(`${FOLDER}/${page}`).matchAll(/`(?:--)?([a-z0-9]+\.[a-z_]+)\b[^`]*`/g)].map(([, name]) => name!);
    const settings = named.filter((name) => SECTIONS.has(name.split('.')[0]!) && !FILES.test(name));
    expect(settings.filter((name) => !isOptionName(name))).toEqual([]);
  });

  it.each(pages)('%s links only to pages that exist', (page) => {
    const links = [...read(`${FOLDER}/${page}`).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(`${FOLDER}/${page}`), link)))).toEqual([]);
  });

  it('are all in the index', () => {
    const index = read(`${FOLDER}/README.md`);
    expect(pages.filter((page) => page !== 'README.md' && !index.includes(`(${page})`))).toEqual([]);
  });

  it('have an action for every alarm', () => {
    const rows = read(`${FOLDER}/alarms.md`).split('\n').filter((line) => line.startsWith('| ')).slice(1);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !/\]\([a-z-]+\.md\) \|$/.test(row))).toEqual([]);
  });
});
