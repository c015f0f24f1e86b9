import { randomUUID } from 'node:crypto';
import type { PartUpload, StoredPart } from '../object-store.js';
import { PartsGoneError } from '../object-store-error.js';

interface Part {
  readonly tag: string;
  readonly content: Buffer;
}

interface Upload extends PartUpload {
  readonly begunAt: Date;
  readonly parts: Map<number, Part>;
}

/** Objects that are being put together. */
export class MemoryParts {
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly minPartSize: number,
    private readonly maxParts: number,
  ) {}

  begin(key: string): PartUpload {
    const upload = { key, id: randomUUID(), begunAt: new Date(), parts: new Map<number, Part>() };
    this.uploads.set(upload.id, upload);
    return { key, id: upload.id };
  }

  put(upload: PartUpload, number: number, content: Buffer): StoredPart {
    if (!(number >= 1 && number <= this.maxParts)) throw new RangeError(`there is no part ${number}`);
    const part = { tag: randomUUID(), content };
    this.find(upload).parts.set(number, part);
    return { number, size: content.length, tag: part.tag };
  }

  /** The content that the parts make together. */
  complete(upload: PartUpload, stored: readonly StoredPart[]): Buffer {
    const { parts, id } = this.find(upload);
    const contents = stored.map(({ number, tag }, index) => {
      const part = parts.get(number);
      if (part?.tag !== tag || number !== index + 1) throw new RangeError(`part ${number} is not the one stored`);
      return part.content;
    });
    if (contents.length === 0) throw new RangeError('an object has at least one part');
    if (contents.slice(0, -1).some(({ length }) => length < this.minPartSize)) {
      throw new RangeError(`a part other than the last has less than ${this.minPartSize} bytes`);
    }
    this.uploads.delete(id);
    return Buffer.concat(contents);
  }

  abort({ id }: PartUpload): void {
    this.uploads.delete(id);
  }

  unfinished(prefix: string, before: Date): PartUpload[] {
    return [...this.uploads.values()]
      .filter(({ key, begunAt }) => key.startsWith(prefix) && begunAt < before)
      .map(({ key, id }) => ({ key, id }));
  }

  private find({ key, id }: PartUpload): Upload {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) throw new PartsGoneError(key);
    return upload;
  }
}
