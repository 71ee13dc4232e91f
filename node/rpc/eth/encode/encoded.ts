/** A result that is JSON text already, and a store of such texts for what never changes. */

export class EncodedJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Keeps the texts that were asked for last, within a count and a sum of characters. */
export class EncodedCache {
  private readonly entries = new Map<string, EncodedJson>();
  private readonly countMax: number;
  private readonly charactersMax: number;
  private characters = 0;

  constructor(countMax: number, charactersMax = 32 * 1024 * 1024) {
    this.countMax = countMax;
    this.charactersMax = charactersMax;
  }

  get(key: string, make: () => unknown): EncodedJson {
    const present = this.entries.get(key);
    if (present !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, present);
      return present;
    }
    const encoded = new EncodedJson(JSON.stringify(make()));
    this.entries.set(key, encoded);
    this.characters += encoded.json.length;
    for (const [oldest, {json}] of this.entries) {
      if (this.entries.size <= this.countMax && this.characters <= this.charactersMax) break;
      this.entries.delete(oldest);
      this.characters -= json.length;
    }
    return encoded;
  }

  clear(): void {
    this.entries.clear();
    this.characters = 0;
  }
}
