import { randomBytes } from 'node:crypto';

/** Hexadecimal digits. */
const TIME_LENGTH = 12;
const RANDOM_LENGTH = 20;

/** 32 hexadecimal digits that tell when an upload began and that no other upload has. */
export function newUploadId(): string {
  const time = Date.now().toString(16).padStart(TIME_LENGTH, '0');
  return time + randomBytes(RANDOM_LENGTH / 2).toString('hex');
}

export function isUploadId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

export function timeOfUpload(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, TIME_LENGTH), 16));
}
