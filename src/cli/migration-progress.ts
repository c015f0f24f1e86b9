import type { EarlyKind, EarlySurvey, MigrationObserver } from '#libs/migration';
import { formatBytes } from './format-bytes.js';
import type { ProgressDisplay } from './progress-display.js';

/** Shows how far a migration has come. Blobs are measured in bytes, the rest is counted. */
export class MigrationProgress implements MigrationObserver {
  private readonly counts = { blob: 0, link: 0, manifest: 0 };
  /** Bytes of the blobs that are settled. */
  private bytes = 0;
  /** Bytes that were read of the next one. */
  private reading = 0;
  private removedFiles = 0;

  constructor(
    private readonly survey: EarlySurvey,
    private readonly display: ProgressDisplay,
  ) {}

  read(bytes: number): void {
    this.reading += bytes;
    this.showBlobs();
  }

  settled(kind: EarlyKind, _outcome: string, size: number): void {
    this.counts[kind]++;
    if (kind === 'blob') {
      this.bytes += size;
      this.reading = 0;
      this.showBlobs();
    } else if (kind === 'link') this.showCount('links', this.counts.link, this.survey.links);
    else this.showCount('manifests', this.counts.manifest, this.survey.manifests);
  }

  removed(): void {
    const { blobs, links, manifests } = this.survey;
    this.showCount('removal', ++this.removedFiles, blobs + links + manifests);
  }

  private showBlobs(): void {
    const total = this.survey.bytes;
    // A blob that has to be copied again is read twice.
    const value = Math.min(this.bytes + this.reading, total);
    const count = `${this.counts.blob} of ${this.survey.blobs}`;
    this.display.show({
      part: 'blobs',
      value,
      total,
      text: `${count}, ${formatBytes(value)} of ${formatBytes(total)}`,
    });
  }

  private showCount(part: string, value: number, total: number): void {
    this.display.show({ part, value, total, text: `${value} of ${total}` });
  }
}
