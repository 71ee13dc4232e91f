import {describe, expect, it} from '@jest/globals';
import {describeContent} from '../../../protocols/services/model/content.ts';
import {DatasetError, irisDataset, parseDataset} from '../../../protocols/services/training/dataset.ts';

const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'));

describe('datasets', () => {
  it('reads numbers exactly, in units of the finest decimal', () => {
    const {inputScale, labels, featureNames, samples} = parseDataset(text(['a,b,class', '1.25,-3,yes', '-0.5,2.1,no', '0,0,yes']));
    expect({inputScale, labels, featureNames}).toEqual({inputScale: 100, labels: ['yes', 'no'], featureNames: ['a', 'b']});
    expect(samples).toEqual([{input: [125n, -300n], label: 0}, {input: [-50n, 210n], label: 1}, {input: [0n, 0n], label: 0}]);
  });

  it('names the line that is wrong', () => {
    for (const [lines, message] of [
      [['a,class'], 'rows'], [['class', 'x'], 'header'], [['a,class', '1,x', '1'], 'line 3'], [['a,class', '1e3,x', '2,y'], 'line 2'],
      [['a,class', '1,x', '2,x'], 'classes'], [['a,class', '1.2345678,x', '2,y'], 'line 2'],
      [['a,class', ...Array.from({length: 65}, (_, k) => `1,c${k}`)], 'classes'],
    ] as const) expect(() => parseDataset(text(lines))).toThrow(message);
    expect(() => parseDataset(new Uint8Array((16 << 20) + 1))).toThrow(DatasetError);
  });

  it('has the whole Iris data, with a content id that never changes', () => {
    const iris = irisDataset();
    expect(iris.samples).toHaveLength(150);
    expect(iris.samples[0]).toEqual({input: [51n, 35n, 14n, 2n], label: 0});
    expect(iris.labels).toEqual(['setosa', 'versicolor', 'virginica']);
    expect(describeContent(iris.content).cid).toBe('bafkreig22go4halwewsuscvwxyh5wwjo7xgwsin23o5pij2456ilz6vjsq');
  });

  it('writes content ids as IPFS does', () => {
    // The raw leaves of the empty file and of "hello world"; the package multiformats 13 gives the same.
    expect(describeContent(new Uint8Array()).cid).toBe('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku');
    expect(describeContent(new TextEncoder().encode('hello world')).cid).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
  });
});
